// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useCall } from "./call";

const CALL = { id: "c1", caller: "138****5678", matters: [] as object[] };
const RECEIPT = { report_id: "r1", case_id: "new", tracking: "T", secret: "S", error: "" };
let sent: { path: string; body: Record<string, unknown> }[] = [];
let places: object[] = [];
let slow: ((text: string) => Promise<void>) | undefined;

beforeEach(() => {
  setActivePinia(createPinia());
  sent = [];
  slow = undefined;
  places = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/desk", "");
    const body = request.method === "POST" ? await request.json() : {};
    sent.push({ path, body });
    if (path === "/calls/help") await slow?.(body.text);
    const answers: Record<string, unknown> = {
      "/calls": { call: CALL, earlier: [], rows: [] },
      "/calls/help": { items: [], places, alike: [], answers: [], script: [{ ask: body.text, basis: "" }], danger: null },
      "/calls/c1/reports": { call: { ...CALL, matters: [{ no: 1, outcome: "reported" }] }, receipt: RECEIPT },
      "/map/place": { division: "990101001001", division_name: "翠园社区", grid: "", near: [] },
      "/reports/r1/together": { ...RECEIPT, case_id: "old" },
    };
    return new Response(JSON.stringify(answers[path] ?? {}), { headers: { "Content-Type": "application/json" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

it("forgets an answer to words that were typed on meanwhile", async () => {
  const store = useCall();
  let free = () => {};
  slow = (text) => (text === "路灯" ? new Promise((resolve) => (free = resolve)) : Promise.resolve());
  store.draft.text = "路灯";
  const first = store.ask();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  store.draft.text = "路灯不亮";
  await store.ask();
  free();
  await first;
  expect(store.script.map((one) => one.ask)).toEqual(["路灯不亮"]);
});

it("asks nothing while nothing is typed", async () => {
  const store = useCall();
  await store.ask();
  expect([sent, store.help]).toEqual([[], undefined]);
});

it("registers the caller's number with the matter and counts the next one", async () => {
  const store = useCall();
  store.phone = " 13812345678 ";
  await store.start();
  Object.assign(store.draft, { text: "路灯不亮", itemCode: "01023", lon: "121.005", lat: "30.805" });
  await store.register("k");
  expect(sent.at(-1)).toEqual({ path: "/calls/c1/reports", body: { no: 1, report: { text: "路灯不亮", item_code: "01023", address: "", division: "", lon: 121.005, lat: 30.805, reporter: { name: "", phone: "13812345678", secret: false } } } });
  expect([store.no, store.draft.text, store.receipt?.tracking]).toEqual([2, "", "T"]);
});

it("puts the telling to the case that the operator found to be the same matter", async () => {
  const store = useCall();
  await store.start();
  Object.assign(store.draft, { text: "路灯不亮", same: "old" });
  await store.register("k");
  expect(sent.map((one) => one.path)).toEqual(["/calls", "/calls/c1/reports", "/reports/r1/together"]);
  expect([sent.at(-1)?.body["case_id"], store.receipt?.case_id]).toEqual(["old", "old"]);
});

it("forgets the number when the call is over", async () => {
  const store = useCall();
  store.phone = "13812345678";
  await store.start();
  await store.end("满意");
  expect([store.phone, store.call, sent.some((one) => one.path === "/calls/c1/end")]).toEqual(["", undefined, true]);
});

const guess = (more: object = {}) => ({ name: "人民路12号", division: "990101001001", lon: 121.005, lat: 30.805, score: 0.95, words: "", sure: true, ...more });

it("lets the point follow the address that is typed until the operator sets it", async () => {
  const store = useCall();
  places = [guess()];
  store.draft.address = "人民路12号";
  await store.ask();
  expect([store.pin, store.draft.placed]).toEqual([{ lon: 121.005, lat: 30.805 }, "address"]);
  places = [guess({ sure: false, lon: 121.3 })];
  store.draft.address = "人民路";
  await store.ask();
  expect([store.pin, store.draft.placed]).toEqual([undefined, ""]);
  store.put({ lon: 121.1, lat: 31 }, "hand");
  places = [guess()];
  await store.ask();
  expect([store.pin, store.draft.placed, sent.at(-1)?.body["lon"]]).toEqual([{ lon: 121.1, lat: 31 }, "hand", 121.1]);
});

it("takes a place out of the words only when it is typed as the address", async () => {
  const store = useCall();
  places = [guess()];
  store.draft.text = "人民路12号路灯不亮";
  await store.ask();
  expect(store.pin).toBeUndefined();
});

it("learns where the point lies, and forgets it with the point", async () => {
  const store = useCall();
  store.put({ lon: 121.005, lat: 30.805 }, "hand");
  await store.learnSpot();
  expect([store.spot?.division_name, sent.at(-1)?.path]).toEqual(["翠园社区", "/map/place"]);
  store.draft.lon = "12x";
  await store.learnSpot();
  expect([store.pin, store.spot]).toEqual([undefined, undefined]);
});
