// SPDX-License-Identifier: Apache-2.0
/** The register of vital signs and their present values in a centre. Who has no centre reads the register alone. */
import { defineStore } from "pinia";
import { computed, reactive, shallowRef } from "vue";

import { desk, told } from "@/api/client";
import { lastAsked } from "@/api/lastasked";
import type { components } from "@/api/made/desk";
import { useSession } from "@/stores/session";
import { CENTRES, mayWord, type Sign } from "../lib/signs";

export type Registry = components["schemas"]["RegistryShown"];

export const useSigns = defineStore("desk-signs", () => {
  const session = useSession();
  const registry = shallowRef<Registry>();
  const values = shallowRef<Record<string, Sign>>({});
  const names = reactive<Record<string, string>>({});
  const sees = computed(() => session.holds(CENTRES));
  /** The widest centre, as the server takes it where none is named. */
  const own = computed(() => (session.me?.grants ?? []).filter((one) => CENTRES.includes(one.post)).map((one) => one.division).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0] ?? "");
  const words = computed(() => mayWord(session.me?.grants ?? []));
  const asked = new Set<string>();
  const turn = lastAsked();

  /** Read the register and what its signs are in a centre; without one, in the person's widest. */
  async function load(centre?: string): Promise<void> {
    const still = turn();
    const [list, found] = await Promise.all([told(desk.GET("/api/desk/indicators/registry")), sees.value ? told(desk.GET("/api/desk/indicators", { params: { query: { centre } } })) : []]);
    if (!still()) return; // another centre was chosen meanwhile
    registry.value = list;
    values.value = Object.fromEntries(found.map((one) => [one.code, one]));
    await learn(centre ?? own.value);
  }
  /** Learn names on the way to a centre and of what lies right below it. */
  async function learn(centre: string): Promise<void> {
    const parents = [2, 4, 6, 9].filter((digits) => digits <= centre.length).map((digits) => centre.slice(0, digits)).filter((parent) => !asked.has(parent));
    parents.forEach((parent) => asked.add(parent));
    const lists = await Promise.all(parents.map((parent) => told(desk.GET("/api/desk/divisions", { params: { query: { parent } } }))));
    for (const one of lists.flat()) names[one.code] = one.name;
  }
  const below = (centre: string) => {
    const digits = [4, 6, 9, 12].find((one) => one > centre.length);
    return Object.keys(names).filter((code) => code.length === digits && code.startsWith(centre)).sort();
  };
  /** Keep a name that a ranking told. */
  function call(code: string, name: string): void {
    names[code] = name;
  }
  const nameOf = (code: string) => names[code] ?? code;

  return { registry, values, own, sees, words, load, learn, below, call, nameOf };
});
