// SPDX-License-Identifier: Apache-2.0
/** What the wall draws, computed from rows. Pure: rows and a time in, figures out. */
export interface Row {
  id: string;
  number: string;
  title: string;
  division: string;
  lon: number | null;
  lat: number | null;
  item_name: string;
  urgency: string;
  opened_at: string;
  due_at: string | null;
  due_colour: string;
  returns: number;
  reopens: number;
}
export type Layout = "wide" | "hall" | "desk";
export interface Bar {
  key: string;
  value: number;
}

const HOUR = 3_600_000;
const STEPS = 24;

/** The layout of a screen: 32:9 and wider have columns of their own. */
export const layoutOf = (width: number, height: number): Layout =>
  width / height > 2.4 ? "wide" : width / height >= 1.5 ? "hall" : "desk";

/** Root size in px, so that 1080 lines read as 16 px and everything grows with the wall. */
export const rootSize = (width: number, height: number): number => 16 * Math.max(0.6, Math.min(height / 1080, width / 1920));

export const overdue = (row: Row, now: number): boolean => row.due_at !== null && Date.parse(row.due_at) < now;

/** How many rows there are of each key, the most first, at most `limit`. */
export function ranked(rows: readonly Row[], key: (row: Row) => string, limit: number): Bar[] {
  const counted = new Map<string, number>();
  for (const row of rows) counted.set(key(row), (counted.get(key(row)) ?? 0) + 1);
  return [...counted]
    .map(([name, value]) => ({ key: name, value }))
    .sort((a, b) => b.value - a.value || a.key.localeCompare(b.key))
    .slice(0, limit);
}

/** Cases opened in each of the 24 hours before `now`, the oldest first. */
export function hourly(rows: readonly Row[], now: number): number[] {
  const bars = new Array<number>(STEPS).fill(0);
  for (const row of rows) {
    const back = Math.floor((now - Date.parse(row.opened_at)) / HOUR);
    if (back >= 0 && back < STEPS) bars[STEPS - 1 - back]! += 1;
  }
  return bars;
}

export interface Dot {
  id: string;
  x: number;
  y: number;
  state: "bad" | "warn" | "calm";
  title: string;
}

/** Put located rows on a plane of 100 × 62 keeping the shape of the ground; the worst are drawn last. */
export function dots(rows: readonly Row[], now: number): Dot[] {
  const there = rows.filter((row) => row.lon !== null && row.lat !== null);
  if (!there.length) return [];
  const lons = there.map((row) => row.lon!);
  const lats = there.map((row) => row.lat!);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(92 / Math.max((east - west) * narrow, 1e-6), 54 / Math.max(north - south, 1e-6));
  const order = { calm: 0, warn: 1, bad: 2 };
  return there
    .map((row): Dot => ({
      id: row.id,
      x: 50 + (row.lon! - (west + east) / 2) * narrow * scale,
      y: 31 - (row.lat! - (south + north) / 2) * scale,
      state: overdue(row, now) ? "bad" : row.due_colour === "soon" ? "warn" : "calm",
      title: `${row.number} ${row.title}`,
    }))
    .sort((a, b) => order[a.state] - order[b.state]);
}
