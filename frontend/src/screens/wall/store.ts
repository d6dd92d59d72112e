// SPDX-License-Identifier: Apache-2.0
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { keepCsrf, told, wall as door } from "@/api/client";
import type { Heard } from "@/api/stream";
import { STALE_MS, type Mode, type Wall } from "./figures";

/** The most lines the feed keeps: the wall stands for months, so nothing may grow. */
export const MOST_FEED = 16;
/** What comes is shown at once; the figures are read anew when it has been quiet for so long, or at the latest after LONGEST. */
const SETTLE = 800;
const LONGEST = 3_000;
/** Vital signs are counted after the fact: while they are older than what was heard, they are read again. */
const COUNTED = 2_000;

export interface Line {
  key: string;
  kind: "opened" | "moved" | "closed" | "reopened";
  caseId: string;
  at: string;
  title: string;
  place: string;
  state: string;
}
const KINDS: Record<string, Line["kind"]> = { CaseOpened: "opened", CaseMoved: "moved", CaseClosed: "closed", CaseReopened: "reopened" };

/** All that the wall shows: one answer, read once and anew (gathered) after what the stream tells. */
export const useWall = defineStore("wall", () => {
  const shown = shallowRef<Wall>();
  const fresh = shallowRef<Line[]>([]);
  const failed = ref("");
  const now = ref(Date.now());
  /** The server's clock less this machine's: a wall's own clock may be wrong. */
  let ahead = 0;
  let heardAt = 0;
  /** When the newest fact of a case happened, by the server's clock. */
  let happened = 0;
  let count = 0;
  let timer = 0;
  let since = 0;
  let running: Promise<void> | undefined;
  let again = false;

  const at = computed(() => (shown.value ? Date.parse(shown.value.at) : 0));
  const stale = computed(() => at.value > 0 && now.value - at.value > STALE_MS);
  const mode = computed<Mode>(() => shown.value?.mode.mode ?? "daily");
  const led = computed(() => (shown.value?.led && Date.parse(shown.value.led.until) > now.value ? shown.value.led : undefined));
  const titles = computed(() => new Map([...(shown.value?.news ?? []).map((one) => [one.case_id, one] as const)]));
  const feed = computed<Line[]>(() => {
    const known = (shown.value?.news ?? []).map((one): Line => ({ key: `s${one.seq}`, kind: KINDS[one.name] ?? "moved", caseId: one.case_id, at: one.at, title: one.title, place: one.address, state: one.state_name }));
    // Several moves of a case in a row are one piece of news: the newest.
    const again = (line: Line, before?: Line) => line.caseId === before?.caseId && line.kind === before.kind;
    return [...fresh.value, ...known].filter((line, n, all) => !again(line, all[n - 1])).slice(0, MOST_FEED);
  });

  async function read(): Promise<void> {
    const begun = Date.now();
    try {
      const answer = await told(door.GET("/api/wall/state"));
      ahead = Date.parse(answer.at) - begun;
      keepCsrf(answer.csrf);
      shown.value = answer;
      if (heardAt < begun) fresh.value = [];
      failed.value = "";
      tick();
      if (answer.signs.some((sign) => !sign.stale && sign.at && Date.parse(sign.at) < happened)) soon(COUNTED);
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
    }
  }
  /** Read the figures; while a question is on its way, one more is asked after it. */
  async function load(): Promise<void> {
    window.clearTimeout(timer);
    timer = since = 0;
    if (running) {
      again = true;
      return running;
    }
    running = read().finally(() => { running = undefined; });
    await running;
    if (again) {
      again = false;
      await load();
    }
  }

  /** Take one fact of the stream: into the feed, and read the figures anew. */
  function hear(heard: Heard): void {
    const kind = KINDS[heard.name];
    const caseId = String(heard.payload?.["case_id"] ?? "");
    heardAt = Date.now();
    if (kind) {
      count += 1;
      happened = Math.max(happened, Date.parse(String(heard["at"])) || 0);
      const known = titles.value.get(caseId);
      const line: Line = { key: `f${count}`, kind, caseId, at: String(heard["at"] ?? new Date().toISOString()), title: known?.title ?? "", place: known?.address ?? "", state: "" };
      fresh.value = [line, ...fresh.value].slice(0, MOST_FEED);
    }
    if (heard.name.startsWith("Wall") || heard.name.startsWith("Alarm") || (led.value && caseId === led.value.case.id)) void load();
    else soon();
  }
  function soon(quiet = SETTLE): void {
    const moment = Date.now();
    since ||= moment;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void load(), Math.max(0, Math.min(quiet, since + LONGEST - moment)));
  }
  const tick = () => { now.value = Date.now() + ahead; };

  async function setMode(next: Mode, reason: string): Promise<void> {
    await told(door.POST("/api/wall/mode", { body: { mode: next, reason } }));
    await load();
  }
  async function release(): Promise<void> {
    await told(door.POST("/api/wall/follow/end", {}));
    await load();
  }
  function stop(): void {
    window.clearTimeout(timer);
    timer = since = 0;
  }
  return { shown, fresh, failed, now, at, stale, mode, led, feed, load, hear, tick, setMode, release, stop };
});
