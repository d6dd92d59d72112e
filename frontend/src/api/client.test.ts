// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from "vitest";

import { desk, keepCsrf, once, Problem } from "./client";

const answer = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });

afterEach(() => vi.unstubAllGlobals());

test("a refusal reaches the caller in the server's own words, field by field", async () => {
  vi.stubGlobal("fetch", async () => answer(422, { code: "input", detail: "输入有误", errors: [{ field: "note", detail: "不能为空" }] }));
  const refused = desk.GET("/api/desk/session");
  await expect(refused).rejects.toBeInstanceOf(Problem);
  await expect(refused).rejects.toMatchObject({ status: 422, words: "note：不能为空" });
});

test("a change carries the session's token and the key under which it may be repeated", async () => {
  let seen: Request | undefined;
  vi.stubGlobal("fetch", async (request: Request) => ((seen = request), answer(200, {})));
  keepCsrf("token-1");
  await desk.POST("/api/desk/inbox/read", { body: {} as never, headers: once("key-1") });
  expect(seen?.headers.get("X-CSRFToken")).toBe("token-1");
  expect(seen?.headers.get("Idempotency-Key")).toBe("key-1");
});

test("a missing network is a problem of its own, not a crash", async () => {
  vi.stubGlobal("fetch", async () => { throw new TypeError("failed"); });
  await expect(desk.GET("/api/desk/session")).rejects.toMatchObject({ status: 0, code: "network" });
});
