// SPDX-License-Identifier: Apache-2.0
import "fake-indexeddb/auto";

import { createPinia, setActivePinia } from "pinia";
import { markRaw, ref } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dropJob, jobs, receipts } from "./kept";
import { useQueue } from "./queue";

interface Call { path: string; key: string | null }

/** A server that remembers keys, loses the network when told, and answers as the real one does. */
function server(state: { down: boolean; refuse?: object }) {
  const calls: Call[] = [];
  const fetched = async (request: Request): Promise<Response> => {
    if (state.down) throw new TypeError("network");
    const path = new URL(request.url).pathname;
    calls.push({ path, key: request.headers.get("Idempotency-Key") });
    if (path.endsWith("/photos")) return json(201, { photo: `seal-${calls.length}` });
    if (state.refuse) return json(422, state.refuse);
    return json(201, { tracking: "7K2M-9QXA-4TD0", secret: "8KQ4RW" });
  };
  const json = (status: number, body: object) =>
    new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  vi.stubGlobal("fetch", fetched);
  return calls;
}
/** As a page holds it: reactive through and through. */
const photo = () => ref({ blob: markRaw(new Blob(["x"], { type: "image/jpeg" })), name: "a.jpg", taken: { lon: 121, lat: 31 } }).value;

beforeEach(() => setActivePinia(createPinia()));
afterEach(async () => {
  await useQueue().pump("nobody"); // what still sends ends before its server goes
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  for (const job of await jobs()) await dropJob(job.id);
});

test("what is told without a network waits on the phone and goes out once, photos first", async () => {
  const state = { down: true };
  const calls = server(state);
  const queue = useQueue();
  const id = await queue.add("snap", "井盖破损", { text: "井盖破损" }, [photo(), photo()]);
  await queue.pump();
  expect(queue.waiting.map((job) => job.id)).toEqual([id]);
  state.down = false;
  await queue.pump();
  await queue.pump();
  expect(calls.map((call) => call.path)).toEqual(["/api/citizen/photos", "/api/citizen/photos", "/api/citizen/reports"]);
  expect(calls.at(-1)?.key).toBe(id);
  expect(queue.waiting).toEqual([]);
  expect((await receipts()).map((receipt) => receipt.tracking)).toEqual(["7K2M-9QXA-4TD0"]);
});

test("a restart forgets nothing: the queue is on disk", async () => {
  server({ down: true });
  await useQueue().add("snap", "路灯不亮", { text: "路灯不亮" }, [photo()]);
  setActivePinia(createPinia());
  const later = useQueue();
  await later.refresh();
  expect(later.waiting.map((job) => job.title)).toEqual(["路灯不亮"]);
});

test("what the server refuses is kept with its reason for a person, and stops nobody behind it", async () => {
  const state: { down: boolean; refuse?: object } = { down: true, refuse: { code: "x", detail: "坐标有误", errors: [] } };
  server(state);
  const queue = useQueue();
  const first = await queue.add("snap", "甲", { text: "甲" }, []);
  state.down = false;
  await queue.pump();
  expect(queue.refused.map((job) => [job.id, job.problem])).toEqual([[first, "坐标有误"]]);
  state.refuse = undefined;
  await queue.add("snap", "乙", { text: "乙" }, []);
  await queue.pump();
  expect(queue.all.filter((job) => job.state === "sent").map((job) => job.title)).toEqual(["乙"]);
});

test("one person's work is never sent under another's sign-in", async () => {
  const state = { down: true };
  const calls = server(state);
  const queue = useQueue();
  await queue.add("snap", "甲", { text: "甲" }, [], "user:1");
  await queue.add("snap", "乙", { text: "乙" }, [], "user:2");
  await queue.pump("");
  state.down = false;
  await queue.pump("");
  expect(calls).toEqual([]);
  await queue.pump("user:1");
  expect(queue.all.map((job) => [job.title, job.state])).toEqual([["甲", "sent"], ["乙", "waiting"]]);
});

test("what is done within one millisecond still goes out in its order", async () => {
  vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-29T08:00:00Z"));
  server({ down: true });
  const queue = useQueue();
  for (const title of ["一", "二", "三", "四", "五"]) await queue.add("snap", title, { text: title }, []);
  expect(queue.waiting.map((job) => job.title)).toEqual(["一", "二", "三", "四", "五"]);
});
