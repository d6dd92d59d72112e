// SPDX-License-Identifier: Apache-2.0
/** Work that goes on behind the page: follow it until it is over. */
import { desk, told } from "@/api/client";
import type { components } from "@/api/made/desk";

export type Job = components["schemas"]["JobShown"];
const OVER = new Set(["done", "failed", "cancelled", "finished", "undone"]);
const PAUSE = 700;

/** Give the job when it is over; `seen` is told of every look at it before. */
export async function follow(id: string, seen: (job: Job) => void = () => {}): Promise<Job> {
  for (;;) {
    const job = await told(desk.GET("/api/desk/jobs/{job_id}", { params: { path: { job_id: id } } }));
    seen(job);
    if (job.finished_at || OVER.has(job.state)) return job;
    await new Promise((on) => window.setTimeout(on, PAUSE));
  }
}
