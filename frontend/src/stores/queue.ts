// SPDX-License-Identifier: Apache-2.0
/** The phone's queue: everything done goes in first and is sent when there is a network, once, in order. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { Problem } from "@/api/client";
import { send } from "@/phone/sending";
import { dropJob, type Job, type JobKind, jobs, type Photo, putJob } from "@/stores/kept";

const RETRY_SECONDS = [5, 15, 60, 300];
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
const SIGN_IN = 401;

/** Plain copies: IndexedDB takes no reactive objects. */
function plain(job: Job): Job {
  return { ...job, body: JSON.parse(JSON.stringify(job.body)), photos: job.photos.map((photo) => ({ ...photo, ...(photo.taken ? { taken: { ...photo.taken } } : {}) })) };
}

export const useQueue = defineStore("queue", () => {
  const all = ref<Job[]>([]);
  const online = ref(navigator.onLine);
  const sending = ref(false);
  let timer = 0;
  let newest = 0;
  let tail: Promise<unknown> = Promise.resolve();

  const waiting = computed(() => all.value.filter((job) => job.state === "waiting"));
  const refused = computed(() => all.value.filter((job) => job.state === "refused"));

  async function refresh(): Promise<void> {
    all.value = await jobs();
  }

  /** Take something in; it is on disk before this returns. Gives the job's number. */
  async function add(kind: JobKind, title: string, body: Record<string, unknown>, photos: Photo[], who = ""): Promise<string> {
    // Never the same moment twice: the order of the queue is the order of the moments.
    newest = Math.max(Date.now(), newest + 1);
    const at = new Date(newest).toISOString();
    const job: Job = { id: crypto.randomUUID(), kind, title, body, photos, who, state: "waiting", at, tries: 0 };
    await putJob(plain(job));
    await refresh();
    void pump(who);
    return job.id;
  }

  /** Send what waits, oldest first, only one tab at a time; stop at the first that finds no network. */
  async function pump(who = ""): Promise<void> {
    const run = async (): Promise<void> => {
      sending.value = true;
      try {
        for (const job of (await jobs()).filter((one) => one.state === "waiting" && one.who === who)) {
          if (!(await sent(plain(job)))) break;
        }
      } finally {
        sending.value = false;
        await refresh();
      }
      plan(who);
    };
    // One at a time: over all tabs where the browser has locks, else within this one.
    tail = tail.then(() => (navigator.locks ? navigator.locks.request("tongguan-queue", run) : run()));
    await tail;
  }

  /** Try one; false when the rest should wait too. */
  async function sent(job: Job): Promise<boolean> {
    try {
      await send(job, putJob);
      await putJob({ ...job, state: "sent", photos: [], problem: undefined });
      return true;
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(0, "network", String(error));
      const later = AGAIN.has(problem.status) || problem.status === SIGN_IN;
      await putJob({ ...job, tries: job.tries + 1, state: later ? "waiting" : "refused", problem: problem.words });
      return !later;
    }
  }

  function plan(who: string): void {
    window.clearTimeout(timer);
    const next = waiting.value.find((job) => job.who === who);
    if (!next) return;
    const seconds = RETRY_SECONDS[Math.min(next.tries, RETRY_SECONDS.length - 1)] ?? 60;
    timer = window.setTimeout(() => void pump(who), seconds * 1000);
  }

  /** Send again what was refused, after it was mended or as it is. */
  async function again(id: string): Promise<void> {
    const job = all.value.find((one) => one.id === id);
    if (!job) return;
    await putJob({ ...plain(job), state: "waiting", problem: undefined });
    await pump(job.who);
  }

  async function drop(id: string): Promise<void> {
    await dropJob(id);
    await refresh();
  }

  function watch(who: string): () => void {
    const up = () => {
      online.value = true;
      void pump(who);
    };
    const down = () => {
      online.value = false;
    };
    window.addEventListener("online", up);
    window.addEventListener("offline", down);
    void refresh().then(() => pump(who));
    return () => {
      window.removeEventListener("online", up);
      window.removeEventListener("offline", down);
      window.clearTimeout(timer);
    };
  }

  return { all, waiting, refused, online, sending, add, pump, again, drop, refresh, watch };
});
