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
  let asked = 0;

  const reading = computed(() => read(line.value, known));
  /** A case chosen on the map that is not among the rows. */
  const apart = shallowRef<CaseRow>();
  /** The case under the pointer, in the list or on the map. */
  const hovered = ref<string>();
  const current = computed<CaseRow | undefined>(() => apart.value ?? rows.value[cursor.value]);
  watch(cursor, () => (apart.value = undefined));

  /** Read the first page anew; the cursor stays on its case if that is still there. */
  async function load(): Promise<void> {
    const mine = ++asked;
    const kept = current.value?.id;
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
      cursor.value = page.rows.findIndex((row) => row.id === kept);
      const here = new Set(page.rows.map((row) => row.id));
      chosen.value = new Set([...chosen.value].filter((id) => here.has(id)));
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
    chosen.value = new Set(on ? rows.value.map((row) => row.id) : []);
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

  return { line, order, rows, next, total, estimated, loading, failed, cursor, lastOpened, chosen, arrived, counts, reading, hovered, current, load, more, step, point, choose, chooseAll, hear, again };
});
