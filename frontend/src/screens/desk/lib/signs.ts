// SPDX-License-Identifier: Apache-2.0
/** Vital signs in words and lines: what a form holds, what the server said of its fields, how a history is drawn. Pure. */
import type { Problem } from "@/api/client";
import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];
export type Indicator = Schemas["IndicatorShown"];
export type Sign = Schemas["SignShown"];
export type Part = Schemas["PartShown"];
export type Point = Schemas["SignPoint"];
export type Rehearsal = Schemas["RehearsalShown"];
export type Level = "city" | "district" | "street" | "community";

/** Posts that see what is counted; the city's evaluators and administrators also word it. */
export const CENTRES: readonly string[] = ["acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator", "leader", "auditor", "system"];
const WRITERS: readonly string[] = ["evaluator", "sysadmin", "system"];
const CITY = 4;
export const mayWord = (grants: readonly { post: string; division: string }[]): boolean => grants.some(({ post, division }) => WRITERS.includes(post) && division.length <= CITY);

/** Levels that can be ranked within a centre, the next one first. */
const DIGITS: Record<Level, number> = { city: 4, district: 6, street: 9, community: 12 };
export const levelsBelow = (centre: string): Level[] => (Object.keys(DIGITS) as Level[]).filter((level) => DIGITS[level] > centre.length);
/** The way from the own centre down to one within it. */
export const wayTo = (own: string, centre: string): string[] => [own, ...Object.values(DIGITS).filter((digits) => digits > own.length && digits <= centre.length).map((digits) => centre.slice(0, digits))];

/** The desk's search line that lists the rows a term counted in a centre. */
export const rowsLine = (part: Pick<Part, "measure" | "window" | "item">, centre: string): string => `全部 体征:${part.measure}~${part.window}~${part.item}~${centre}`;

/** A value with its decimals; a dash where the formula has none. */
export const valueWords = (value: number | null | undefined, decimals: number): string => (value === null || value === undefined ? "—" : value.toFixed(decimals));

/** What a form holds: numbers as typed, so that an empty one is none. */
export interface Draft {
  code: string;
  zh: string;
  en: string;
  dimension: string;
  unit: string;
  formula: string;
  source: string;
  owner: string;
  direction: "high" | "low" | "";
  decimals: string;
  freshness_s: string;
  watch: string;
  alarm: string;
  reason: string;
}
const typed = (value: number | null): string => (value === null ? "" : String(value));
export function draftOf(one?: Indicator): Draft {
  if (!one) return { code: "", zh: "", en: "", dimension: "", unit: "", formula: "", source: "", owner: "", direction: "", decimals: "0", freshness_s: "60", watch: "", alarm: "", reason: "" };
  return { code: one.code, zh: one.zh, en: one.en, dimension: one.dimension, unit: one.unit, formula: one.formula, source: one.source, owner: one.owner, direction: one.direction, decimals: String(one.decimals), freshness_s: String(one.freshness_s), watch: typed(one.watch), alarm: typed(one.alarm), reason: "" };
}
/** The draft as the interface takes it, without the code; what a package declares keeps its formula. */
export function bodyOf(draft: Draft, own: boolean): Record<string, unknown> {
  const { code: _, ...rest } = draft;
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  return { ...rest, formula: own ? draft.formula.trim() : "", decimals: number(draft.decimals) ?? 0, freshness_s: number(draft.freshness_s) ?? 60, watch: number(draft.watch), alarm: number(draft.alarm) };
}
/** What the server said of each field; `""` holds what is about none of the form's. */
export function faultsOf(problem: Problem, fields: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field, detail } of problem.errors) {
    const name = fields.includes(field) ? field : "";
    found[name] = found[name] ? `${found[name]}；${detail}` : detail;
  }
  return Object.keys(found).length ? found : { "": problem.message };
}

const COMPARED = ["zh", "en", "dimension", "unit", "formula", "source", "owner", "direction", "decimals", "freshness_s", "watch", "alarm"] as const;
export type Compared = (typeof COMPARED)[number];
/** Fields in which a version differs from the one before it. */
export const differences = (newer: Indicator, older: Indicator): Compared[] => COMPARED.filter((field) => newer[field] !== older[field]);

export interface Line {
  key: string;
  name: string;
  points: readonly Point[];
}
export interface Drawn {
  low: number;
  high: number;
  ticks: number[];
  lines: { key: string; name: string; paths: string[]; dots: { x: number; y: number; point: Point }[] }[];
  y: (value: number) => number;
}
/** The end of an axis: the next of 1, 2, 2.5, 5 × 10ⁿ that holds a value. */
function beyond(value: number): number {
  if (value === 0) return 0;
  const tens = 10 ** Math.floor(Math.log10(Math.abs(value)));
  const end = [1, 2, 2.5, 4, 5, 8, 10].find((n) => n * tens >= Math.abs(value) - 1e-9) ?? 10;
  return Math.sign(value) * end * tens;
}
/** Put histories on one plane; a moment without a value breaks the line instead of being nought. */
export function drawHistory(lines: readonly Line[], width: number, height: number, marks: readonly number[] = []): Drawn {
  const values = [...lines.flatMap((line) => line.points.map((point) => point.value).filter((value) => value !== null)), ...marks];
  const low = beyond(Math.min(0, ...values));
  const high = beyond(Math.max(0, ...values)) || (low ? 0 : 1);
  const y = (value: number) => height - ((value - low) / (high - low)) * height;
  return {
    low, high, y, ticks: [low, (low + high) / 2, high],
    lines: lines.map(({ key, name, points }) => {
      const step = points.length > 1 ? width / (points.length - 1) : 0;
      const at = points.map((point, n) => ({ x: points.length > 1 ? n * step : width / 2, y: y(point.value ?? 0), point }));
      const runs: string[][] = [[]];
      for (const dot of at) {
        if (dot.point.value === null) runs.push([]);
        else runs.at(-1)!.push(`${dot.x.toFixed(1)},${dot.y.toFixed(1)}`);
      }
      return { key, name, paths: runs.filter((run) => run.length).map((run) => run.join(" ")), dots: at.filter((dot) => dot.point.value !== null) };
    }),
  };
}
