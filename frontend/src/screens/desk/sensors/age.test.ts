// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { ageOf, figure, unitOf } from "./age";

test("an age is told in the largest unit of which there are two", () => {
  expect([0, 1, 119, 120, 7_199, 7_200, 172_799, 172_800].map((s) => Object.values(ageOf(s)).join(" "))).toEqual([
    "seconds 0", "seconds 1", "seconds 119", "minutes 2", "minutes 119", "hours 2", "hours 47", "days 2",
  ]);
});

test("figures have five digits and units no braces", () => {
  expect([figure(0.1 + 0.2), figure(123456.7), figure(null), unitOf("{件}/h")]).toEqual(["0.3", "123460", "—", "件/h"]);
});
