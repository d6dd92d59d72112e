// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { months } from "./year";

it("lays a year out in months that begin under their weekday", () => {
  const day = (n: number) => ({ date: new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10) });
  const found = months(Array.from({ length: 365 }, (_, n) => day(n + 1)));
  expect(found.map((month) => month.days.length)).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  expect(found.map((month) => month.skip).slice(0, 3)).toEqual([3, 6, 6]);
});
