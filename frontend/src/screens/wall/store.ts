// SPDX-License-Identifier: Apache-2.0
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { desk, told } from "@/api/client";
import type { Heard } from "@/api/stream";
import { dots, hourly, overdue, ranked, type Row } from "./figures";

/** The most the wall keeps: it stands for months, so nothing may grow. */
export const MOST_FEED = 30;
const PAGE = 200;
const SETTLE = 1_500;
/** Without a word from the stream or an answer for so long, the figures are called old. */
export const STALE_MS = 90_000;

export interface Hot {
  id: string;
  name: string;
  place: string;
  people: number;
}
export interface Line {
  key: number;
  kind: "opened" | "moved" | "closed" | "reopenedOne";
  caseId: string;
  at: string;
}
const KINDS: Record<string, Line["kind"]> = { CaseOpened: "opened", CaseMoved: "moved", CaseClosed: "closed", CaseReopened: "reopenedOne" };

export const midnight = (now: number): Date => new Date(new Date(now).setHours(0, 0, 0, 0));

/** The figures of the wall: read once, read anew (gathered) after what the stream tells. */
export const useWall = defineStore("wall", () => {
  const rows = shallowRef<Row[]>([]);
  const recent = shallowRef<Row[]>([]);
  const hot = shallowRef<Hot[]>([]);
  const feed = shallowRef<Line[]>([]);
  const totals = ref({ open: 0, overdue: 0, today: 0, urgent: 0 });
  const partial = ref(false);
  const at = ref(0);
  const now = ref(Date.now());
  let count = 0;
  let timer = 0;

  const stale = computed(() => at.value > 0 && now.value - at.value > STALE_MS);
  const trend = computed(() => hourly(recent.value, at.value));
  const districts = computed(() => ranked(rows.value, (row) => row.division.slice(0, 6), 8));
  const items = computed(() => ranked(rows.value, (row) => row.item_name, 8));
  const points = computed(() => dots(rows.value, at.value));
  const alarms = computed(() =>
    rows.value.filter((row) => overdue(row, at.value) || row.urgency !== "normal")
      .sort((a, b) => (a.due_at ?? "9").localeCompare(b.due_at ?? "9")).slice(0, 9),
  );
  const titles = computed(() => new Map([...recent.value, ...rows.value].map((row) => [row.id, row.title])));

  async function load(): Promise<void> {
    const begun = Date.now();
    const list = (query: Record<string, unknown>) => told(desk.GET("/api/desk/cases", { params: { query } }));
    const [counts, open, day, today, urgent, found] = await Promise.all([
      told(desk.GET("/api/desk/cases/counts")),
      // The newest: a map of what the city hears of now, not only of what is due.
      list({ open: true, limit: PAGE }),
      list({ opened_from: new Date(begun - 86_400_000).toISOString(), limit: PAGE }),
      list({ opened_from: midnight(begun).toISOString(), limit: 1 }),
      list({ open: true, urgency: ["urgent", "critical"], limit: 1 }),
      told(desk.GET("/api/desk/hot", { params: { query: { limit: 8 } } })),
    ]);
    rows.value = open.rows;
    recent.value = day.rows;
    hot.value = found;
    partial.value = open.next !== null || day.next !== null;
    totals.value = {
      open: Object.values(counts.states).reduce((sum, n) => sum + n, 0),
      overdue: counts.overdue,
      today: today.total ?? 0,
      urgent: urgent.total ?? 0,
    };
    at.value = now.value = begun;
  }

  /** Take one fact of the stream: into the feed, and read the figures anew once it is quiet. */
  function hear(heard: Heard): void {
    const kind = KINDS[heard.name];
    if (kind) {
      count += 1;
      const line: Line = { key: count, kind, caseId: String(heard.payload?.case_id ?? ""), at: String(heard.at ?? "") };
      feed.value = [line, ...feed.value].slice(0, MOST_FEED);
    }
    if (!kind && heard.name !== "reset") return;
    if (!timer) timer = window.setTimeout(() => { timer = 0; void load().catch(() => {}); }, SETTLE);
  }
  const tick = (time: number) => { now.value = time; };
  function stop(): void {
    window.clearTimeout(timer);
    timer = 0;
  }
  return { rows, recent, hot, feed, totals, partial, at, now, stale, trend, districts, items, points, alarms, titles, load, hear, tick, stop };
});
