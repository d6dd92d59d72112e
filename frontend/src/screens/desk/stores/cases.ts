// SPDX-License-Identifier: Apache-2.0
/** The queue: one search line, one page of rows, who is chosen, where the cursor is, what came meanwhile. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { desk, told } from "@/api/client";
import type { components } from "@/api/made/desk";
import type { Heard } from "@/api/stream";
import { known } from "../lib/places";
import { read } from "../lib/tokens";

export type CaseRow = components["schemas"]["CaseRow"];
export type Order = "newest" | "due";
const PAGE = 50;
/** So many are read at once, and chosen at most, when everything that the search line finds is chosen. */
const READ = 200;
const MOST = 10_000;
/** Of so many different states one case each is asked what may be done to it. */
const SAMPLES = 6;

export const useCases = defineStore("desk-cases", () => {
  const line = ref("");
  const order = ref<Order>("newest");
  const rows = shallowRef<CaseRow[]>([]);
  const next = ref<string | null>(null);
  const total = ref<number | null>(null);
  const estimated = ref(false);
  const loading = ref(false);
  const failed = ref("");
  const cursor = ref(-1);
  const lastOpened = ref("");
  const chosen = ref(new Set<string>());
  const arrived = ref(new Set<string>());
  const counts = ref<{ states: Record<string, number>; overdue: number }>({ states: {}, overdue: 0 });
  /** The search line of which everything found was chosen, the rows that are not in the list too. */
  const wholeOf = ref<string>();
  const gathering = ref(false);
  /** What is known of cases that were read, by id: for words about those that are not in the list. */
  const heads = new Map<string, { number: string; title: string; state: string }>();
  let asked = 0;
  let listed = "";

  const reading = computed(() => read(line.value, known));
  /** A case chosen on the map that is not among the rows. */
  const apart = shallowRef<CaseRow>();
  /** The case under the pointer, in the list or on the map. */
  const hovered = ref<string>();
  const current = computed<CaseRow | undefined>(() => apart.value ?? rows.value[cursor.value]);
  watch(cursor, () => (apart.value = undefined));
  /** Whether the list is chosen and the search line finds more than it holds. */
  const wider = computed(() => next.value !== null && wholeOf.value !== line.value && rows.value.every((row) => chosen.value.has(row.id)));
  const learn = (read: readonly CaseRow[]) => read.forEach(({ id, number, title, state }) => heads.set(id, { number, title, state }));

  /** Read the first page anew; the cursor stays on its case, or on its place when that case has left. */
  async function load(): Promise<void> {
    const mine = ++asked;
    const kept = current.value?.id;
    const [place, old] = [cursor.value, listed];
    loading.value = true;
    try {
      const query = { ...reading.value.narrow, order: order.value, limit: PAGE };
      const [page, counted] = await Promise.all([
        told(desk.GET("/api/desk/cases", { params: { query } })),
        told(desk.GET("/api/desk/cases/counts", { params: { query: { division: reading.value.narrow.division } } })),
      ]);
      if (mine !== asked) return; // a later question is already on its way
      rows.value = page.rows;
      next.value = page.next;
      total.value = page.total;
      estimated.value = page.estimated;
      counts.value = counted;
      failed.value = "";
      arrived.value = new Set();
      learn(page.rows);
      listed = `${line.value}\n${order.value}`;
      const stays = page.rows.findIndex((row) => row.id === kept);
      cursor.value = stays < 0 && old === listed ? Math.min(place, page.rows.length - 1) : stays;
      const here = new Set(page.rows.map((row) => row.id));
      if (wholeOf.value !== line.value) {
        wholeOf.value = undefined;
        chosen.value = new Set([...chosen.value].filter((id) => here.has(id)));
      }
    } catch (error) {
      if (mine === asked) failed.value = error instanceof Error ? error.message : String(error);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    if (!next.value || loading.value) return;
    const mine = asked;
    const query = { ...reading.value.narrow, order: order.value, limit: PAGE, after: next.value };
    const page = await told(desk.GET("/api/desk/cases", { params: { query } }));
    if (mine !== asked) return;
    learn(page.rows);
    rows.value = [...rows.value, ...page.rows];
    next.value = page.next;
  }

  /** Move the cursor by so many rows, within the list. */
  function step(by: number): void {
    if (rows.value.length) cursor.value = Math.min(rows.value.length - 1, Math.max(0, cursor.value + by));
  }

  /** Put the cursor on a case; one that is not among the rows is read and shown apart. */
  async function point(id: string): Promise<void> {
    const n = rows.value.findIndex((row) => row.id === id);
    cursor.value = n;
    apart.value = n < 0 ? await told(desk.GET("/api/desk/cases/{case_id}", { params: { path: { case_id: id } } })) : undefined;
  }

  function choose(id: string, on = !chosen.value.has(id)): void {
    const set = new Set(chosen.value);
    if (on) set.add(id);
    else set.delete(id);
    chosen.value = set;
  }

  function chooseAll(on: boolean): void {
    wholeOf.value = undefined;
    chosen.value = new Set(on ? rows.value.map((row) => row.id) : []);
  }

  /** Choose everything that the search line finds now, read page by page. */
  async function chooseFound(): Promise<void> {
    const [mine, whose] = [asked, line.value];
    const ids = new Set<string>();
    let after: string | null = "";
    gathering.value = true;
    try {
      while (after !== null && ids.size < MOST) {
        const query = { ...reading.value.narrow, order: order.value, limit: READ, after };
        const page: components["schemas"]["CasePage"] = await told(desk.GET("/api/desk/cases", { params: { query } }));
        if (mine !== asked) return; // the list is another one by now
        learn(page.rows);
        page.rows.forEach((row) => ids.add(row.id));
        after = page.next;
      }
      wholeOf.value = whose;
      chosen.value = new Set([...ids].slice(0, MOST));
    } finally {
      gathering.value = false;
    }
  }

  /** One of the chosen cases for each state among them. */
  function samples(): string[] {
    const found = new Map<string, string>();
    for (const id of chosen.value) found.set(heads.get(id)?.state ?? "", found.get(heads.get(id)?.state ?? "") ?? id);
    return [...found.values()].slice(0, SAMPLES);
  }

  /** A new case is announced and does not move the list; a known one is read again where it stands. */
  async function hear(heard: Heard): Promise<void> {
    const id = heard.payload?.["case_id"];
    if (heard.name === "reset") await load();
    else if (typeof id !== "string") return;
    else if (rows.value.some((row) => row.id === id)) await again(id);
    else if (heard.name === "CaseOpened") arrived.value = new Set([...arrived.value, id]);
  }

  async function again(id: string): Promise<void> {
    const row = await told(desk.GET("/api/desk/cases/{case_id}", { params: { path: { case_id: id } } }));
    rows.value = rows.value.map((old) => (old.id === id ? row : old));
  }

  return { line, order, rows, next, total, estimated, loading, failed, cursor, lastOpened, chosen, arrived, counts, reading, hovered, current, heads, wider, gathering, load, more, step, point, choose, chooseAll, chooseFound, samples, hear, again };
});
