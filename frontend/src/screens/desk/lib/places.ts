// SPDX-License-Identifier: Apache-2.0
/** Registers a desk keeps in memory: names of divisions to their codes, states to their words. */
import { reactive } from "vue";

import { desk, told } from "@/api/client";
import { deskEn } from "@/locales/desk.en";
import { deskZh } from "@/locales/desk.zh";
import { folded, type Known } from "./tokens";

const CITY = 4;
const DISTRICT = 6;

export const known = reactive<Known>({ states: stateWords(), divisions: {} });

function stateWords(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const words of [deskZh.states, deskEn.states]) {
    for (const [code, word] of Object.entries(words)) {
      found[folded(word)] = code;
      found[code] = code;
    }
  }
  return found;
}

/** Learn the divisions around a person's own: the cities, the districts of the city and the streets of the own district. */
export async function learnDivisions(own: string): Promise<void> {
  const parents = own.length >= DISTRICT ? ["", own.slice(0, CITY), own.slice(0, DISTRICT)] : ["", own.slice(0, CITY)];
  const lists = await Promise.all(parents.map((parent) => told(desk.GET("/api/desk/divisions", { params: { query: { parent } } }))));
  for (const division of lists.flat()) known.divisions[division.name] = division.code;
}

/** The name of a division's code, as far as it is known; else the code. Below the city, which everybody knows, without it. */
export function divisionName(code: string): string {
  const names = Object.entries(known.divisions).filter(([, one]) => code.startsWith(one) && (one.length > CITY || code.length <= CITY));
  return names.sort((a, b) => a[1].length - b[1].length).map(([name]) => name).join(" ") || code;
}
