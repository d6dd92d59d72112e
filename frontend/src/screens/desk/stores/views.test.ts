// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useViews } from "./views";

interface Kept { id: string; name: string; line: string; narrow: object; mine: boolean; shared: boolean }
let server: Kept[] = [];
const DEVICE = "tongguan.desk.views";

beforeEach(() => {
  setActivePinia(createPinia());
  server = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).replace("/api/desk/views", "");
    if (request.method === "GET") return new Response(JSON.stringify(server), { headers: { "Content-Type": "application/json" } });
    if (path.endsWith("/removal")) server = server.filter((one) => `/${one.id}/removal` !== path);
    else {
      const body = await request.json();
      server = [...server.filter((one) => one.name !== body.name), { id: body.name, mine: true, ...body }];
    }
    return new Response(JSON.stringify({}), { headers: { "Content-Type": "application/json" } });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("keeps a line with the filters it means and tells whether the unit has it too", async () => {
  const store = useViews();
  await store.save("超期", "超期 路灯", "due", true);
  expect(server).toMatchObject([{ name: "超期", line: "超期 路灯", narrow: { open: true, overdue: true, text: "路灯" }, order: "due", shared: true }]);
  await store.drop("超期");
  expect(store.views).toEqual([]);
});

it("brings the device's views over once and leaves those of the same name as they are", async () => {
  localStorage.setItem(DEVICE, JSON.stringify([{ name: "超期", line: "超期" }, { name: "路灯", line: "路灯" }]));
  server = [{ id: "超期", name: "超期", line: "超期 区:江北", narrow: {}, mine: true, shared: false }];
  const store = useViews();
  await store.load();
  expect(store.views.map((view) => [view.name, view.line])).toEqual([["超期", "超期 区:江北"], ["路灯", "路灯"]]);
  expect(localStorage.getItem(DEVICE)).toBeNull();
});

it("bears foreign words where the device kept its views", async () => {
  localStorage.setItem(DEVICE, '{"a": 1}');
  await useViews().load();
  expect(server).toEqual([]);
});
