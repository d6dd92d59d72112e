// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useCases } from "./cases";

const row = (id: string, more: object = {}) => ({ id, number: id, title: id, state: "handling", version: 1, ...more });
let answers: Record<string, unknown> = {};
let asked: string[] = [];

beforeEach(() => {
  setActivePinia(createPinia());
  asked = [];
  answers = {
    "/api/desk/cases": { rows: [row("a"), row("b"), row("c")], next: "n1", total: 5, estimated: false },
    "/api/desk/cases/counts": { states: { handling: 5 }, overdue: 1 },
    "/api/desk/cases/b": row("b", { version: 2, state: "closed" }),
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    asked.push(url.pathname + url.search);
    return new Response(JSON.stringify(answers[url.pathname]), { headers: { "Content-Type": "application/json" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

it("asks for what the search line says", async () => {
  const store = useCases();
  store.line = "状态:待派遣 超期 路灯";
  store.order = "due";
  await store.load();
  const query = new URL(asked.find((one) => one.startsWith("/api/desk/cases?")) as string, "http://x").searchParams;
  expect([query.getAll("state"), query.get("overdue"), query.get("text"), query.get("open"), query.get("order")]).toEqual([["pending_dispatch"], "true", "路灯", "true", "due"]);
  expect(store.total).toBe(5);
});

it("keeps the cursor on its case when the list is read again", async () => {
  const store = useCases();
  await store.load();
  store.step(1);
  store.step(1);
  expect(store.current?.id).toBe("b");
  answers["/api/desk/cases"] = { rows: [row("new"), row("a"), row("b")], next: null, total: 3, estimated: false };
  await store.load();
  expect(store.current?.id).toBe("b");
  store.step(99);
  expect(store.cursor).toBe(2);
});

it("announces new cases without moving the list and mends a changed row in place", async () => {
  const store = useCases();
  await store.load();
  await store.hear({ name: "CaseOpened", payload: { case_id: "z" } });
  expect([store.rows.map((one) => one.id), store.arrived.size]).toEqual([["a", "b", "c"], 1]);
  await store.hear({ name: "CaseMoved", payload: { case_id: "b" } });
  expect(store.rows.map((one) => one.state)).toEqual(["handling", "closed", "handling"]);
});

it("forgets chosen cases that left the list, so that nothing unseen is changed", async () => {
  const store = useCases();
  await store.load();
  store.chooseAll(true);
  answers["/api/desk/cases"] = { rows: [row("b")], next: null, total: 1, estimated: false };
  await store.load();
  expect([...store.chosen]).toEqual(["b"]);
});

it("adds a further page below", async () => {
  const store = useCases();
  await store.load();
  answers["/api/desk/cases"] = { rows: [row("d")], next: null, total: null, estimated: false };
  await store.more();
  expect([store.rows.map((one) => one.id), store.next, store.total]).toEqual([["a", "b", "c", "d"], null, 5]);
});

it("chooses everything that is found, also what is not in the list, and keeps it while the search stays", async () => {
  const store = useCases();
  await store.load();
  store.chooseAll(true);
  expect(store.wider).toBe(true);
  answers["/api/desk/cases"] = { rows: [row("a"), row("z", { state: "closed" })], next: null, total: 2, estimated: false };
  await store.chooseFound();
  expect([[...store.chosen], store.samples()]).toEqual([["a", "z"], ["a", "z"]]);
  answers["/api/desk/cases"] = { rows: [row("b")], next: null, total: 1, estimated: false };
  await store.load();
  expect([...store.chosen]).toEqual(["a", "z"]);
  store.line = "路灯";
  await store.load();
  expect([...store.chosen]).toEqual([]);
});

it("stands at the next case when the one under the cursor has left the list", async () => {
  const store = useCases();
  await store.load();
  store.step(2);
  expect(store.current?.id).toBe("b");
  answers["/api/desk/cases"] = { rows: [row("a"), row("c")], next: null, total: 2, estimated: false };
  await store.load();
  expect(store.current?.id).toBe("c");
});
