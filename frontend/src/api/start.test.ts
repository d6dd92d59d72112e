// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, test, vi } from "vitest";

const ADDRESS = "/api/desk/cases?open=true&order=newest&limit=50";
const asks = (address: string, method = "GET") => new Request(location.origin + address, { method });

beforeEach(() => {
  vi.resetModules();
  document.head.innerHTML = `<script type="application/json" id="start">{"${ADDRESS}": {"rows": [1]}}</script>`;
});

test("what the page brought along answers the very same question once", async () => {
  const { atHand } = await import("./start");
  expect(atHand(asks("/api/desk/cases?open=true&order=due&limit=50"))).toBeUndefined();
  expect(atHand(asks(ADDRESS, "POST"))).toBeUndefined();
  expect(await atHand(asks(ADDRESS))?.json()).toEqual({ rows: [1] });
  expect(atHand(asks(ADDRESS))).toBeUndefined();
});

test("what the page brought along grows old", async () => {
  const { atHand } = await import("./start");
  vi.spyOn(performance, "now").mockReturnValue(60_000);
  expect(atHand(asks(ADDRESS))).toBeUndefined();
});
