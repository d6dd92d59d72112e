// SPDX-License-Identifier: Apache-2.0
/** How long is left, as a colour and as a word. */
export type DueWord = "none" | "over" | "left" | "closed";
export interface Due {
  word: DueWord;
  colour: "none" | "green" | "yellow" | "red";
  n: number;
  unit: "minutes" | "hours" | "days";
}

const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
/** Below this many minutes what is left turns yellow. */
const NEAR = 2 * HOUR;

/** Tell a due time from the present time (milliseconds). */
export function due(at: string | null, closed: string | null, now: number): Due {
  if (closed) return { word: "closed", colour: "none", n: 0, unit: "minutes" };
  if (!at) return { word: "none", colour: "none", n: 0, unit: "minutes" };
  const minutes = (Date.parse(at) - now) / MINUTE;
  const size = Math.abs(minutes);
  const word = minutes < 0 ? "over" : "left";
  const colour = minutes < 0 ? "red" : minutes < NEAR ? "yellow" : "green";
  if (size < HOUR) return { word, colour, n: Math.max(1, Math.floor(size)), unit: "minutes" };
  if (size < 2 * DAY) return { word, colour, n: Math.floor(size / HOUR), unit: "hours" };
  return { word, colour, n: Math.floor(size / DAY), unit: "days" };
}
