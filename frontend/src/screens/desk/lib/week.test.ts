// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { week } from "./week";

const day = (at: Date) => [at.getFullYear(), at.getMonth() + 1, at.getDate()];

it("begins on Monday, also when it is Sunday, across months and years", () => {
  expect(day(week(new Date(2026, 10, 29, 23)).start)).toEqual([2026, 11, 23]);
  expect(day(week(new Date(2026, 10, 30)).start)).toEqual([2026, 11, 30]);
  expect(day(week(new Date(2026, 11, 31), 1).start)).toEqual([2027, 1, 4]);
  expect(day(week(new Date(2026, 0, 1)).start)).toEqual([2025, 12, 29]);
});

it("has seven days that follow each other without a gap", () => {
  const { start, end, days } = week(new Date(2026, 4, 1), -1);
  expect([days.length, days[0]?.start, days.at(-1)?.end]).toEqual([7, start, end]);
  expect(days.slice(1).every((one, n) => one.start.getTime() === days[n]?.end.getTime())).toBe(true);
});
