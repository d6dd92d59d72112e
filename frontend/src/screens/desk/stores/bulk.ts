// SPDX-License-Identifier: Apache-2.0
/** One move on many cases as it goes on behind the page, how it ended, and taking it back. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { desk, once, told } from "@/api/client";
import { follow, type Job } from "../lib/jobs";

/** What is going on: its name in words, how far it is, whether it takes another one back. */
export interface Running {
  name: string;
  back: boolean;
  job?: Job;
}
export interface Ended extends Running {
  job: Job;
}
interface Started {
  job_id: string;
}

export const useBulk = defineStore("desk-bulk", () => {
  const running = shallowRef<Running>();
  const ended = shallowRef<Ended>();
  const stopping = ref(false);

  /** Follow what was started to its end, whatever page is open meanwhile. */
  async function watch(id: string, name: string, back: boolean): Promise<Job> {
    stopping.value = false;
    ended.value = undefined;
    running.value = { name, back };
    try {
      const job = await follow(id, (one) => (running.value = { name, back, job: one }));
      ended.value = { name, back, job };
      return job;
    } finally {
      running.value = undefined;
    }
  }

  /** Make the move on all of them; gives the job when it is over. */
  async function run(case_ids: string[], move: string, name: string, inputs: Record<string, unknown>, key: string): Promise<Job> {
    const { job_id } = await told(desk.POST("/api/desk/bulk", { body: { case_ids, move, inputs }, params: { header: once(key) } } as never)) as Started;
    return watch(job_id, name, false);
  }

  /** Take back what has just ended, case by case where nothing came after. */
  async function undo(): Promise<void> {
    if (!ended.value) return;
    const { name, job } = ended.value;
    const { job_id } = await told(desk.POST("/api/desk/jobs/{job_id}/undo", { params: { path: { job_id: job.id }, header: once() } } as never)) as Started;
    await watch(job_id, name, true);
  }

  /** Ask the running one to stop; what is done stays done. */
  async function stop(): Promise<void> {
    const id = running.value?.job?.id;
    if (!id) return;
    stopping.value = true;
    await desk.POST("/api/desk/jobs/{job_id}/cancel", { params: { path: { job_id: id } } } as never);
  }

  const close = () => void (ended.value = undefined);
  return { running, ended, stopping, run, undo, stop, close };
});
