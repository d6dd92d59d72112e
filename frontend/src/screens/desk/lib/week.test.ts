// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { week } from "./week";

const monday = (at: string, later = 0) => week(new Date(at), later).start.toISOString();

it("begins on the city's Monday, also when it is Sunday, across months and years", () => {
  expect(monday("2026-11-29T23:00:00+08:00")).toBe("2026-11-22T16:00:00.000Z");
  expect(monday("2026-11-30T00:00:00+08:00")).toBe("2026-11-29T16:00:00.000Z");
  expect(monday("2026-12-31T00:00:00+08:00", 1)).toBe("2027-01-03T16:00:00.000Z");
  expect(monday("2026-01-01T00:00:00+08:00")).toBe("2025-12-28T16:00:00.000Z");
});

it("has seven days that follow each other without a gap", () => {
  const { start, end, days } = week(new Date("2026-05-01T00:00:00+08:00"), -1);
  expect([days.length, days[0]?.start, days.at(-1)?.end]).toEqual([7, start, end]);
  expect(days.slice(1).every((one, n) => one.start.getTime() === days[n]?.end.getTime())).toBe(true);
});
