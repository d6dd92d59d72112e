// SPDX-License-Identifier: Apache-2.0
/** What the wall draws, computed from what it was told. Pure: values and a time in, figures out. */
import type { components } from "@/api/made/wall";
import { ZONE } from "@/zone";

type Schemas = components["schemas"];
export type Wall = Schemas["WallShown"];
export type Led = Schemas["LedShown"];
export type Alarms = Schemas["AlarmsShown"];
export type Hour = Schemas["HourInfo"];
export type Rank = Schemas["RankInfo"];
export type SignRow = Schemas["SignShown"];
export type CaseRow = Schemas["CaseRow"];
export type Mode = Wall["mode"]["mode"];
export type Layout = "wide" | "hall" | "desk";

/** Without a word from the stream or an answer for so long, the figures are called old. */
export const STALE_MS = 90_000;

/** The layout of a screen: 32:9 and wider have columns of their own, a screen that is no wall becomes one list. */
export const layoutOf = (width: number, height: number): Layout => (width / height > 2.4 ? "wide" : width / height >= 1.5 ? "hall" : "desk");
export type Panel = "trend" | "districts" | "items" | "alarms" | "watched" | "hot" | "feed";
/** The columns beside the map, from left to right: what a mode is for stands first, what it can do without is left out. */
const PANELS: Record<Layout, Record<Mode, readonly (readonly Panel[])[]>> = {
  hall: {
    daily: [["trend", "districts", "items"], ["alarms", "watched", "hot", "feed"]],
    warning: [["alarms", "watched", "hot"], ["trend", "districts", "feed"]],
    emergency: [[], ["watched", "feed"]],
  },
  wide: {
    daily: [["trend", "items"], ["districts", "hot"], ["watched"], ["alarms", "feed"]],
    warning: [["alarms", "watched"], [], ["trend", "districts"], ["hot", "feed"]],
    emergency: [["watched"], [], [], ["feed"]],
  },
  desk: {
    daily: [["watched", "trend", "districts", "items"], ["alarms", "hot", "feed"]],
    warning: [["watched", "alarms", "trend"], ["hot", "feed"]],
    emergency: [["watched"], ["feed"]],
  },
};
export const panelsOf = (layout: Layout, mode: Mode): readonly (readonly Panel[])[] => PANELS[layout][mode];

/** Root size in px, so that 1080 lines read as 16 px and everything grows with the wall. */
export const rootSize = (width: number, height: number): number => 16 * Math.max(0.6, Math.min(height / 1080, width / 1920));
/** How much larger letters on the map are than on a desk: a wall is read from six metres. */
export const mapScale = (width: number, height: number): number => (rootSize(width, height) / 16) * 1.25;

/** The desk's list behind a figure, by its search line. */
export const deskView = (line: string): string => (line === "hot" ? "/desk/hot" : line ? `/desk?q=${encodeURIComponent(line)}` : "/desk");
export const caseView = (id: string): string => `/desk/cases/${id}`;

/** An hour as the desk's search line says it: 2026-11-29T08. */
export function hourWord(at: number): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}`;
}
const TILE = 512;
/** Where the map's middle must be so that a place stands `part` of the map's width left of it, beside what covers the right. */
export const beside = (lon: number, zoom: number, width: number, part: number): number => lon + (part * width * 360) / (TILE * 2 ** zoom);
const HOUR = 3_600_000;
export const hourView = (at: string): string => deskView(`全部 自:${hourWord(Date.parse(at))} 至:${hourWord(Date.parse(at) + HOUR)}`);

/** The end of an axis from nought: the next of 1, 2, 4, 5, 8 × 10ⁿ, at least 4 and even, so that its middle is a whole number. */
export function axisEnd(most: number): number {
  if (most <= 4) return 4;
  const tens = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 4, 5, 6, 8, 10].map((n) => n * tens).find((end) => end >= most && end % 2 === 0);
  return found ?? 10 * tens;
}

export interface Plot {
  end: number;
  opened: string;
  area: string;
  closed: string;
  steps: { x: number; width: number; hour: Hour }[];
}
/** Put the hours on a plane of width × height, nought at the bottom. */
export function plot(hours: readonly Hour[], width: number, height: number): Plot {
  const end = axisEnd(Math.max(0, ...hours.flatMap((hour) => [hour.opened, hour.closed])));
  const step = width / Math.max(1, hours.length);
  const point = (value: number, n: number) => `${(step * (n + 0.5)).toFixed(1)},${(height - (value / end) * height).toFixed(1)}`;
  const opened = hours.map((hour, n) => point(hour.opened, n)).join(" ");
  return {
    end,
    opened,
    area: hours.length ? `${(step / 2).toFixed(1)},${height} ${opened} ${(width - step / 2).toFixed(1)},${height}` : "",
    closed: hours.map((hour, n) => point(hour.closed, n)).join(" "),
    steps: hours.map((hour, n) => ({ x: step * n, width: step, hour })),
  };
}

/** The length of a bar in per cent; what there is at all is never drawn as nothing. */
export const share = (value: number, most: number): number => (value <= 0 || most <= 0 ? 0 : Math.max(1.5, (100 * value) / most));

/** "1 小时 12 分" in parts: hours and minutes since a moment. */
export function since(at: string | null, now: number): { hours: number; minutes: number } {
  const minutes = Math.max(0, Math.floor((now - (at ? Date.parse(at) : now)) / 60_000));
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

export interface Stop {
  key: string;
  kind: "city" | "district" | "hot" | "pressing";
  name: string;
  place?: { lon: number; lat: number; zoom: number };
  open?: number;
  overdue?: number;
  people?: number;
  id?: string;
}
const MOST = { district: 5, hot: 3, pressing: 4 };

/** Where a tour goes: the whole city, its busiest districts, hot matters, what presses; without a place there is no stop. */
export function stops(wall: Wall): Stop[] {
  const at = <T extends { lon?: number | null; lat?: number | null }>(rows: readonly T[], most: number) =>
    rows.filter((row): row is T & { lon: number; lat: number } => typeof row.lon === "number" && typeof row.lat === "number").slice(0, most);
  return [
    { key: "city", kind: "city", name: wall.division_name },
    ...at(wall.districts, MOST.district).map((one): Stop => ({ key: `d${one.code}`, kind: "district", name: one.name, place: { lon: one.lon, lat: one.lat, zoom: 13.6 }, open: one.open, overdue: one.overdue })),
    ...at(wall.hot, MOST.hot).map((one): Stop => ({ key: `h${one.id}`, kind: "hot", name: one.name, place: { lon: one.lon, lat: one.lat, zoom: 15.5 }, people: one.people, ...(one.case_id && { id: one.case_id }) })),
    ...at(wall.pressing, MOST.pressing).map((one): Stop => ({ key: `p${one.id}`, kind: "pressing", name: one.title, place: { lon: one.lon, lat: one.lat, zoom: 15.5 }, id: one.id })),
  ];
}
