// SPDX-License-Identifier: Apache-2.0
/** A briefing's document as the desk reads it, and its sentences as officials word them: numbers are marks. */
import type { components } from "@/api/made/desk";

export type Briefing = components["schemas"]["BriefingInfo"];
export type Whole = components["schemas"]["BriefingWhole"];
export type Piece = string | { figure: string };
export interface Figure { zh: string; text: string; unit: string; view: string }
export interface Sentence { key: string; pieces: Piece[]; rule?: string; why?: string }
export interface Block {
  kind: "heading" | "paragraph" | "chart" | "table";
  level?: number;
  text?: string;
  lead?: string;
  sentences?: Sentence[];
  title?: string;
  unit?: string;
  heads?: string[];
  rows?: { name: string; cells?: string[]; figure?: string }[];
}
export interface Doc { title: string; issuer: string; place: string; period: { zh: string }; data_until: string; blocks: Block[]; figures: Record<string, Figure>; omitted: { when: string; words?: string }[] }

/** A sentence for writing: each number a mark that shows it. */
export const marked = (pieces: Piece[], figures: Record<string, Figure>): string =>
  pieces.map((one) => (typeof one === "string" ? one : `⟦${one.figure}·${figures[one.figure]?.text ?? ""}⟧`)).join("");
/** What is sent: marks without what they showed. */
export const unmarked = (text: string): string => text.replace(/⟦(f\d+)·[^⟧]*⟧/g, "⟦$1⟧");
/** A table's number without the unit that its column tells. */
export const cell = (figure: Figure | undefined): string => {
  if (!figure) return "";
  const { text, unit, view } = figure;
  return view === "value" && unit !== "%" && unit && text.endsWith(unit) ? text.slice(0, -unit.length) : text;
};
/** An SVG as the address of a picture: a picture runs nothing. */
export const picture = (svg: string): string => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
/** Minutes of the day as a clock shows them, and back. */
export const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
export const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
