// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { dots, hourly, layoutOf, ranked, rootSize, type Row } from "./figures";
import { MOST_FEED, STALE_MS, useWall } from "./store";

const NOW = Date.parse("2026-11-29T08:00:00Z");
const row = (more: Partial<Row>): Row => ({
  id: "1", number: "A1", title: "路灯不亮", division: "990101001", lon: 121.2, lat: 31, item_name: "路灯", urgency: "normal",
  opened_at: "2026-11-29T07:30:00Z", due_at: null, due_colour: "", returns: 0, reopens: 0, ...more,
});

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
});
afterEach(() => vi.useRealTimers());

it("chooses a layout by the screen's shape and grows with it", () => {
  expect([layoutOf(1920, 1080), layoutOf(3840, 1080), layoutOf(3840, 2160)]).toEqual(["hall", "wide", "hall"]);
  expect([rootSize(1920, 1080), rootSize(3840, 1080), rootSize(3840, 2160)]).toEqual([16, 16, 32]);
});

it("ranks districts and counts the hours", () => {
  const rows = [row({}), row({ division: "990102003" }), row({ division: "990102001" })];
  expect(ranked(rows, (r) => r.division.slice(0, 6), 8)).toEqual([{ key: "990102", value: 2 }, { key: "990101", value: 1 }]);
  const bars = hourly([row({}), row({ opened_at: "2026-11-28T08:30:00Z" }), row({ opened_at: "2026-11-27T08:00:00Z" })], NOW);
  expect([bars[23], bars[0], bars.reduce((a, b) => a + b)]).toEqual([1, 1, 2]);
});

it("draws the overdue last and leaves out what has no place", () => {
  const drawn = dots([row({ id: "late", due_at: "2026-11-29T07:00:00Z" }), row({ id: "calm", lon: 121.3 }), row({ lon: null })], NOW);
  expect(drawn.map((dot) => [dot.id, dot.state])).toEqual([["calm", "calm"], ["late", "bad"]]);
});

it("keeps no more after a day of facts than after a minute of them", () => {
  const wall = useWall();
  for (let n = 0; n < 86_400; n += 1) wall.hear({ name: "CaseMoved", payload: { case_id: `c${n}` }, at: "2026-11-29T08:00:00Z" });
  expect(wall.feed.length).toBe(MOST_FEED);
  expect(wall.feed[0]?.caseId).toBe("c86399");
  expect(vi.getTimerCount()).toBe(1);
  wall.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("calls figures old when nothing came for long", () => {
  const wall = useWall();
  wall.at = NOW;
  wall.tick(NOW + STALE_MS);
  expect(wall.stale).toBe(false);
  wall.tick(NOW + STALE_MS + 1);
  expect(wall.stale).toBe(true);
});
