// SPDX-License-Identifier: Apache-2.0
/** Two tellings or cases beside each other: what is compared, and how far apart they are in place and time. */
import { metres } from "@/phone/place";
import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];

export interface Side {
  name: string;
  text: string;
  at: string;
  address: string;
  lon: number | null;
  lat: number | null;
  item: string;
  source: string;
  photos: string[];
}
const HOUR = 3_600_000;

export const ofCase = (row: Schemas["CaseShown"], files: readonly string[]): Side => ({
  name: row.number, text: row.text || row.title, at: row.opened_at, address: row.address, lon: row.lon, lat: row.lat, item: row.item_name || row.item_code, source: row.source,
  photos: files.map((id) => `/api/desk/cases/${row.id}/files/${id}`),
});
/** A telling within a case; its files are read with the case. */
export const ofReport = (report: Schemas["ReportRow"], caseId: string): Side => ({
  name: report.tracking, text: report.text || report.title, at: report.told_at, address: report.address, lon: report.lon, lat: report.lat, item: report.item_code, source: report.source,
  photos: report.attachments.map((id) => `/api/desk/cases/${caseId}/files/${id}`),
});

/** Metres and hours between two sides; undefined where one has no point. */
export function between(a: Side, b: Side): { metres?: number; hours: number } {
  const hours = Math.abs(Date.parse(a.at) - Date.parse(b.at)) / HOUR;
  if (a.lon === null || a.lat === null || b.lon === null || b.lat === null) return { hours };
  return { metres: metres({ lon: a.lon, lat: a.lat }, { lon: b.lon, lat: b.lat }), hours };
}

/** Words that both texts hold in common, as stretches of at least three characters of the first one. */
export function shared(text: string, other: string): { words: string; both: boolean }[] {
  const LEAST = 3;
  const found: { words: string; both: boolean }[] = [];
  const put = (words: string, both: boolean) => {
    const last = found.at(-1);
    if (last && last.both === both) last.words += words;
    else if (words) found.push({ words, both });
  };
  for (let at = 0; at < text.length;) {
    let length = 0;
    while (at + length < text.length && other.includes(text.slice(at, at + length + 1))) length += 1;
    if (length >= LEAST) put(text.slice(at, at + length), true);
    else put(text.slice(at, at + (length = 1)), false);
    at += length;
  }
  return found;
}
