// SPDX-License-Identifier: Apache-2.0
/** What the page must know of a process drawn by the server: how large it is, and where the present state stands. */

export interface Drawing {
  wide: number;
  high: number;
  /** The middle of the present state, where there is one. */
  now?: { x: number; y: number };
}

/** Read a drawing; undefined when it is none. */
export function readDrawing(text: string): Drawing | undefined {
  // Without its style sheet: the page's own policy refuses one, also in a document that is only read.
  const bare = text.replace(/<style>[^]*?<\/style>/, "");
  const svg = new DOMParser().parseFromString(bare, "text/html").querySelector("svg");
  const [, , wide, high] = (svg?.getAttribute("viewBox") ?? "").split(" ").map(Number);
  if (!svg || !wide || !high) return undefined;
  const box = svg.querySelector("g.now rect");
  const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(box?.getAttribute(name)));
  return { wide, high, ...(box ? { now: { x: x! + w! / 2, y: y! + h! / 2 } } : {}) };
}

/** Where to scroll so that a point stands in the middle of a window, as far as the drawing reaches. */
export const middle = (point: number, window: number, whole: number) => Math.max(0, Math.min(point - window / 2, whole - window));
