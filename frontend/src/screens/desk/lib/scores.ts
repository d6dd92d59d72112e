// SPDX-License-Identifier: Apache-2.0
/** Scores in words: periods, rates, what a draft of a set holds. Pure. */
import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];
export type ScoreTable = Schemas["ScoreTableShown"];
export type Score = Schemas["ScoreShown"];
export type SetVersion = Schemas["SetVersionShown"];
export type Rate = Schemas["Rate"];
export type Mark = Schemas["Mark"];
export type Kind = "month" | "quarter" | "year" | "days";

const two = (n: number): string => String(n).padStart(2, "0");
/** The month before the one a local day lies in: the one that is usually looked at. */
export function lastMonth(year: number, month: number): string {
  return month === 1 ? `${year - 1}-12` : `${year}-${two(month - 1)}`;
}
/** Which kind of period a code names. */
export function kindOf(code: string): Kind {
  if (code.includes("..")) return "days";
  if (code.includes("Q")) return "quarter";
  return code.includes("-") ? "month" : "year";
}
/** The period of another kind that holds the first month of this one. */
export function periodOf(kind: Kind, code: string): string {
  const year = code.slice(0, 4);
  const found = kindOf(code) === "quarter" ? Number(code.slice(6)) * 3 - 2 : Number(code.slice(5, 7)) || 1;
  if (kind === "month") return `${year}-${two(found)}`;
  if (kind === "quarter") return `${year}-Q${Math.ceil(found / 3)}`;
  if (kind === "year") return year;
  const last = new Date(Date.UTC(Number(year), found, 0)).getUTCDate();
  return `${year}-${two(found)}-01..${year}-${two(found)}-${two(last)}`;
}
/** A rate as people read it: a share in percent, days and points as they are. */
export function rateWords(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return "—";
  return unit === "share" ? `${(value * 100).toFixed(2)}%` : value.toFixed(2);
}
export const totalWords = (value: number | null | undefined): string => (value === null || value === undefined ? "—" : value.toFixed(2));
/** By how much a total moved, with its sign; "" where one of them is none. */
export function moved(before: number | null, now: number | null): string {
  if (before === null || now === null) return "";
  const by = now - before;
  return `${by > 0 ? "+" : ""}${by.toFixed(2)}`;
}
/** What was typed as a number; null for nothing, which means "to be set". */
export const numberOf = (text: string): number | null => (text.trim() === "" ? null : Number(text));
