// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { between, shared, type Side } from "./sides";

const side = (more: Partial<Side>): Side => ({ name: "", text: "", at: "2026-05-01T08:00:00+08:00", address: "", lon: 121.005, lat: 30.805, item: "", source: "", photos: [], ...more });

it("tells how far two tellings are apart in place and time", () => {
  const found = between(side({}), side({ lat: 30.806, at: "2026-05-01T09:30:00+08:00" }));
  expect(Math.round(found.metres ?? 0)).toBe(111);
  expect(found.hours).toBe(1.5);
  expect(between(side({}), side({ lon: null })).metres).toBeUndefined();
});

it("marks the words that both texts hold, and never loses a character", () => {
  const marked = shared("滨江路12号门口井盖破损", "滨江路口的井盖破损了");
  expect(marked).toEqual([{ words: "滨江路", both: true }, { words: "12号门口", both: false }, { words: "井盖破损", both: true }]);
  expect(shared("", "井盖")).toEqual([]);
});
