// SPDX-License-Identifier: Apache-2.0
/** Drawings of how matters went: states and ways on a plane, hand-overs between units, curves. Pure. */
import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];
export type Node = Schemas["StateNode"];
export type Link = Schemas["StateLink"];
export type Over = Pick<Schemas["HandOver"], "frm" | "frm_name" | "to" | "to_name" | "count">;

export interface Box {
  node: Node;
  x: number;
  y: number;
  /** 0 … 4: how long one stays, against the longest of all. */
  heat: number;
}
export interface Way {
  link: Link;
  path: string;
  width: number;
  x: number;
  y: number;
}
export interface Drawn {
  boxes: Box[];
  ways: Way[];
  width: number;
  /** The uppermost y that is drawn, and how far from there down. */
  top: number;
  height: number;
}

export const BOX = { width: 124, height: 56 };
const GAP = { x: 56, y: 38 };
const MARGIN = 16;
const EDGE = 24;
export const SHADES = 5;

/** A shade 0 … 4 of a value against the largest, by its logarithm: durations differ by powers of ten. */
export function shade(value: number | null | undefined, most: number): number {
  if (!value || value <= 0 || most <= 0) return 0;
  return Math.max(0, Math.min(SHADES - 1, Math.round((SHADES - 1) * (1 - Math.log10(Math.max(most / value, 1)) / 3))));
}

/** Put states into columns by their first distance from where cases begin, the busiest at the top. */
export function columnsOf(nodes: readonly Node[], links: readonly Link[]): Node[][] {
  const entered = new Set(links.filter((link) => !link.back).map((link) => link.to));
  const depth = new Map<string, number>();
  let front = nodes.filter((node) => !entered.has(node.state)).map((node) => node.state);
  if (!front.length && nodes[0]) front = [nodes[0].state];
  for (let level = 0; front.length; level += 1) {
    for (const state of front) depth.set(state, level);
    const begun = new Set(front);
    front = [...new Set(links.filter((link) => begun.has(link.frm) && !link.back && !depth.has(link.to)).map((link) => link.to))];
  }
  const columns: Node[][] = [];
  for (const node of nodes) (columns[depth.get(node.state) ?? 0] ??= []).push(node);
  return columns.filter(Boolean).map((column) => [...column].sort((a, b) => b.entered - a.entered));
}

/** Draw the map: widths by count, shades by the median stay; ways back run below, those beyond a column above. */
export function drawMap(nodes: readonly Node[], links: readonly Link[]): Drawn {
  const columns = columnsOf(nodes, links);
  const longest = Math.max(0, ...nodes.map((node) => node.stay.p50 ?? 0));
  const rows = Math.max(1, ...columns.map((column) => column.length));
  const tall = rows * (BOX.height + GAP.y);
  const boxes = columns.flatMap((column, c) => column.map((node, r): Box => ({ node, x: EDGE + c * (BOX.width + GAP.x), y: (tall - column.length * (BOX.height + GAP.y)) / 2 + r * (BOX.height + GAP.y), heat: shade(node.stay.p50, longest) })));
  const at = new Map(boxes.map((box) => [box.node.state, box]));
  const most = Math.max(1, ...links.map((link) => link.count));
  const ways = links.flatMap((link): Way[] => {
    const [frm, to] = [at.get(link.frm), at.get(link.to)];
    if (!frm || !to) return [];
    const width = 1 + 9 * Math.sqrt(link.count / most);
    const forward = to.x > frm.x;
    const near = forward && to.x - frm.x <= BOX.width + GAP.x + 1;
    const [x1, y1] = [forward ? frm.x + BOX.width : frm.x + BOX.width / 2, forward ? frm.y + BOX.height / 2 : frm.y + BOX.height];
    const [x2, y2] = [forward ? to.x : to.x + BOX.width / 2, forward ? to.y + BOX.height / 2 : to.y + BOX.height];
    if (near) return [{ link, width, path: `M${x1} ${y1}C${x1 + GAP.x / 2} ${y1} ${x2 - GAP.x / 2} ${y2} ${x2} ${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 4 }];
    if (forward) {
      const [a, b] = [frm.x + BOX.width / 2, to.x + BOX.width / 2];
      const lift = Math.min(frm.y, to.y) - 26 - (to.x - frm.x) / 24;
      return [{ link, width, path: `M${a} ${frm.y}C${a} ${lift} ${b} ${lift} ${b} ${to.y}`, x: (a + b) / 2, y: lift * 0.75 + Math.min(frm.y, to.y) * 0.25 }];
    }
    const sag = Math.max(y1, y2) + 30 + Math.abs(x1 - x2) / 14;
    return [{ link, width, path: `M${x1} ${y1}C${x1} ${sag} ${x2} ${sag} ${x2} ${y2}`, x: (x1 + x2) / 2, y: sag * 0.75 + Math.max(y1, y2) * 0.25 + 10 }];
  });
  const heights = [...boxes.flatMap((box) => [box.y, box.y + BOX.height]), ...ways.map((way) => way.y)];
  const top = Math.min(...heights, tall) - MARGIN;
  return { boxes, ways, width: EDGE * 2 + columns.length * (BOX.width + GAP.x) - GAP.x, top, height: Math.max(...heights, 0) + MARGIN - top };
}

export interface Band {
  over: Over;
  path: string;
  width: number;
}
export interface Side {
  key: string;
  name: string;
  x: number;
  y: number;
  height: number;
}

/** Draw hand-overs as bands between givers (left) and takers (right), as high as their counts. */
export function drawBands(overs: readonly Over[], width: number, unit = 260): { bands: Band[]; sides: Side[]; height: number } {
  const whole = overs.reduce((sum, one) => sum + one.count, 0) || 1;
  const scale = Math.max(unit, overs.length * 10) / whole;
  const place = (key: (one: Over) => [number, string], x: number) => {
    const sums = new Map<number, { name: string; count: number }>();
    for (const one of overs) {
      const [id, name] = key(one);
      sums.set(id, { name, count: (sums.get(id)?.count ?? 0) + one.count });
    }
    let y = 10;
    return new Map([...sums].sort((a, b) => b[1].count - a[1].count).map(([id, { name, count }]) => {
      const side: Side = { key: `${x}-${id}`, name, x, y, height: Math.max(4, count * scale) };
      y += Math.max(side.height, 16) + 8;
      return [id, side] as const;
    }));
  };
  const left = place((one) => [one.frm, one.frm_name], 0);
  const right = place((one) => [one.to, one.to_name], width - 10);
  const used = new Map<string, number>();
  const take = (side: Side, high: number) => {
    const from = used.get(side.key) ?? 0;
    used.set(side.key, from + high);
    return side.y + from + high / 2;
  };
  const bands = [...overs].sort((a, b) => b.count - a.count).map((over): Band => {
    const high = Math.max(1, over.count * scale);
    const [y1, y2] = [take(left.get(over.frm)!, high), take(right.get(over.to)!, high)];
    return { over, width: high, path: `M10 ${y1.toFixed(1)}C${width / 2} ${y1.toFixed(1)} ${width / 2} ${y2.toFixed(1)} ${width - 10} ${y2.toFixed(1)}` };
  });
  const sides = [...left.values(), ...right.values()];
  return { bands, sides, height: Math.max(40, ...sides.map((side) => side.y + Math.max(side.height, 16) + 10)) };
}

/** Put steps (time, share, low, high) on a plane, the share as a staircase with the band of its bounds. */
export function drawCurve(points: readonly (readonly number[])[], until: number, width: number, height: number) {
  const x = (time: number) => ((Math.min(time, until) / (until || 1)) * width).toFixed(1);
  const y = (share: number) => ((1 - share) * height).toFixed(1);
  const stairs = (column: number) => points.flatMap((point, n) => (n ? [`${x(point[0]!)} ${y(points[n - 1]![column]!)}`, `${x(point[0]!)} ${y(point[column]!)}`] : [`${x(point[0]!)} ${y(point[column]!)}`]));
  const end = (column: number) => `${x(until)} ${y(points.at(-1)?.[column] ?? 1)}`;
  return { line: `M${[...stairs(1), end(1)].join("L")}`, band: `M${[...stairs(3), end(3), ...[...stairs(2), end(2)].reverse()].join("L")}Z`, x };
}

/** Minutes in words of the reader: minutes below two hours, hours below two days, days above. */
export function span(minutes: number | null | undefined, words: (unit: "minutes" | "hours" | "days", n: string) => string): string {
  if (minutes === null || minutes === undefined) return "—";
  if (minutes < 120) return words("minutes", minutes.toFixed(0));
  return minutes < 2880 ? words("hours", (minutes / 60).toFixed(1)) : words("days", (minutes / 1440).toFixed(1));
}
