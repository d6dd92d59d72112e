// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { foreseen, rounded } from "./foreseen";

test("what is expected goes on from the last value read, the band begins with the next hour", () => {
  const past = [{ at: "a", value: 3 }, { at: "b", value: null }, { at: "c", value: 5 }];
  const lines = foreseen(past, [{ at: "d", value: 6, low: 4, high: 9 }], (at) => at.toUpperCase());
  expect(lines.labels).toEqual(["A", "B", "C", "D"]);
  expect(lines.past).toEqual([3, null, 5, null]);
  expect(lines.ahead).toEqual([null, null, 5, 6]);
  expect(lines.band).toEqual({ low: [4], high: [9], offset: 3 });
});

test("values are told with three digits, whole ones from a hundred on", () => {
  expect([rounded(1234.6), rounded(12.345), rounded(0.012345), rounded(null)]).toEqual(["1,235", "12.3", "0.0123", "—"]);
});
