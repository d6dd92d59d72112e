// SPDX-License-Identifier: Apache-2.0
/** A question of the explorer as the address holds it, figures in words, and lines of a day's chart. Pure. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";

export interface Asked {
  measure: string;
  since?: string;
  until?: string;
  by: string[];
  where: string[];
}
const list = (value: LocationQuery[string] | undefined): string[] => (Array.isArray(value) ? value : [value]).filter((one): one is string => Boolean(one));

/** Read a question from an address; what is not told has the server's default. */
export function askedOf(query: LocationQuery): Asked {
  const one = (name: string) => list(query[name])[0];
  const asked: Asked = { measure: one("measure") ?? "cases", by: list(query["by"]).slice(0, 3), where: list(query["where"]) };
  const [since, until] = [one("since"), one("until")];
  if (since) asked.since = since;
  if (until) asked.until = until;
  return asked;
}

/** Write a question as an address holds it. */
export const addressOf = (asked: Asked): LocationQueryRaw => ({ ...asked });

/** Read the drill-down that stands beside a number as an address of the page of cases. */
export function drillOf(query: string): LocationQueryRaw {
  const told = new URLSearchParams(query);
  const found: LocationQueryRaw = {};
  for (const name of new Set(told.keys())) found[name] = told.getAll(name);
  return found;
}

const BY_TIME = ["day", "week", "month", "year"];
/** Give how a question is best shown on a board. */
export const shownAs = (by: readonly string[]): string => (!by.length ? "number" : by.length > 1 ? "table" : BY_TIME.includes(by[0]!) ? "line" : by[0]!.startsWith("cell") ? "map" : "bars");

/** Give values by time in order, a day without any as nought where days are counted; none for what is no time. */
export function steady(rows: readonly { key: string; value: number | null }[], by: string | undefined, of: { since: string; until: string; measure: { form: string } }): { key: string; value: number | null }[] {
  if (!by || !BY_TIME.includes(by)) return [];
  if (by !== "day") return [...rows].sort((one, other) => one.key.localeCompare(other.key));
  const known = new Map(rows.map((row) => [row.key, row.value]));
  const days = Math.round((Date.parse(of.until) - Date.parse(of.since)) / 86_400_000);
  const none = of.measure.form === "count" ? 0 : null;
  return Array.from({ length: days }, (_, n) => new Date(Date.parse(of.since) + n * 86_400_000).toISOString().slice(0, 10)).map((key) => ({ key, value: known.get(key) ?? none }));
}

/** Give a figure as people read it: whole counts, one decimal for means and shares. */
export const figure = (value: number | null | undefined, form: string): string => (value === null || value === undefined ? "—" : form === "count" ? Math.round(value).toLocaleString("zh-CN") : value.toFixed(1));

/** Give the change in per cent, none where there is nothing to compare with. */
export function changeOf(now: number | null, then: number | null): string {
  if (now === null || then === null || then === 0) return "";
  const change = (now / then - 1) * 100;
  return `${change > 0 ? "+" : ""}${change.toFixed(0)}%`;
}

export interface Drawn {
  path: string;
  band: string;
  dots: { x: number; y: number; n: number }[];
  ticks: { y: number; value: number }[];
}

/** Draw values over equal steps into a box from `bottom` to `top`; `low` and `high` give the band of an interval, `offset` where it begins. */
export function drawDays(values: readonly (number | null)[], width: number, height: number, band: { low: readonly number[]; high: readonly number[]; offset: number } | undefined, top: number, steps: number, bottom = 0): Drawn {
  const most = top > bottom ? top : bottom + 1;
  const span = most - bottom;
  const x = (n: number) => (steps > 1 ? (n / (steps - 1)) * width : width / 2);
  const y = (value: number) => height - ((value - bottom) / span) * height;
  const dots = values.flatMap((value, n) => (value === null ? [] : [{ x: x(n), y: y(value), n }]));
  const path = dots.map((dot) => `${dot.x.toFixed(1)},${dot.y.toFixed(1)}`).join(" ");
  const edge = band ? [...band.high.map((value, n) => `${x(n + band.offset).toFixed(1)},${y(value).toFixed(1)}`), ...band.low.map((value, n) => `${x(n + band.offset).toFixed(1)},${y(value).toFixed(1)}`).reverse()] : [];
  const step = niceStep(span);
  const first = Math.ceil(bottom / step);
  const ticks = Array.from({ length: Math.floor(most / step) - first + 1 }, (_, n) => ({ y: y((first + n) * step), value: (first + n) * step }));
  return { path, band: edge.join(" "), dots, ticks };
}

function niceStep(most: number): number {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)));
  return ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
}
