// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { shrunkSize } from "./photo";
import { byUrgency, metres } from "./place";

const now = Date.parse("2026-11-29T08:00:00Z");
const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

test("a degree of latitude is about 111 km", () => {
  expect(metres({ lon: 121, lat: 30 }, { lon: 121, lat: 31 })).toBeCloseTo(111_195, -2);
  expect(metres({ lon: 121, lat: 30 }, { lon: 121, lat: 30 })).toBe(0);
});

test("what is overdue comes first, then what is near and soon", () => {
  const tasks = [
    { id: "far", due_at: at(1), lon: 121.2, lat: 30 },
    { id: "near", due_at: at(2), lon: 121.001, lat: 30 },
    { id: "late", due_at: at(-1), lon: 121.3, lat: 30 },
    { id: "unplaced", due_at: null, lon: null, lat: null },
  ];
  expect(byUrgency(tasks, { lon: 121, lat: 30 }, now).map((t) => t.id)).toEqual(["late", "near", "far", "unplaced"]);
});

test("a photo is made smaller, never larger", () => {
  expect(shrunkSize(4000, 3000)).toEqual([1600, 1200]);
  expect(shrunkSize(640, 480)).toEqual([640, 480]);
  expect(shrunkSize(10_000, 2)).toEqual([1600, 1]);
});
