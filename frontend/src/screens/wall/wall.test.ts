// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { effectScope, ref } from "vue";

import { REST_MS, useCrowd } from "./crowd";
import { axisEnd, beside, hourView, layoutOf, plot, rootSize, share, since, STALE_MS, stops, type Wall } from "./figures";
import { MOST_FEED, useWall } from "./store";
import { QUIET_MS, STAY_MS, useTour } from "./tour";

const NOW = "2026-11-29T08:00:00Z";
const CASE = { id: "c1", title: "井盖破损", lon: 121.2, lat: 31, number: "A1" };
const wallOf = (more: object = {}): Wall => ({
  at: NOW, division: "9901", division_name: "江州市", day: { date: "2026-11-29", kind: "working" }, mode: { mode: "daily", reason: "", by_name: "", at: null }, may_command: true,
  signs: [], hours: [], districts: [{ code: "990101", name: "江北区", open: 3, overdue: 1, lon: 121.1, lat: 31.1 }, { code: "990102", name: "江南区", open: 1, overdue: 0, lon: null, lat: null }], items: [], pressing: [], hot: [], news: [], points: [], clustered: false, duty: [],
  led: null, alarms: { connected: false, by_grade: {}, rows: [], suggested: "" }, stream: { url: "/stream", ticket: "t", after: 0 }, csrf: "x", ...more,
});
/** The server's answer, counted: the wall's own question over the real client. */
const answer = vi.fn<() => Wall>();

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
  setActivePinia(createPinia());
  answer.mockReset().mockImplementation(() => wallOf({ at: new Date().toISOString() }));
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(answer()), { headers: { "Content-Type": "application/json" } }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("chooses a layout by the screen's shape and grows with it", () => {
  expect([layoutOf(1920, 1080), layoutOf(3840, 1080), layoutOf(3840, 2160), layoutOf(1280, 1024)]).toEqual(["hall", "wide", "hall", "desk"]);
  expect([rootSize(1920, 1080), rootSize(3840, 1080), rootSize(3840, 2160)]).toEqual([16, 16, 32]);
});

it("draws hours from nought on an axis that ends evenly", () => {
  expect([0, 4, 5, 7, 11, 90, 101, 450].map(axisEnd)).toEqual([4, 4, 6, 8, 20, 100, 200, 500]);
  const drawn = plot([{ at: NOW, opened: 0, closed: 6 }, { at: NOW, opened: 6, closed: 3 }], 100, 60);
  expect([drawn.end, drawn.opened, drawn.closed]).toEqual([6, "25.0,60.0 75.0,0.0", "25.0,0.0 75.0,30.0"]);
});

it("opens the hour's own cases at the desk, in the city's time", () => {
  expect(decodeURIComponent(hourView("2026-11-29T15:00:00Z"))).toBe("/desk?q=全部 自:2026-11-29T23 至:2026-11-30T00");
});

it("never draws what is there as nothing", () => {
  expect([share(0, 10), share(1, 10_000), share(5, 10)]).toEqual([0, 1.5, 50]);
  expect(since("2026-11-29T06:48:00Z", Date.parse(NOW))).toEqual({ hours: 1, minutes: 12 });
});

it("leaves the place it follows free of what covers the right of the map", () => {
  // At zoom 0 the world is 512 px wide: a quarter of 512 px is a quarter of it.
  expect([beside(0, 0, 512, 0.25), beside(121, 9, 512, 0.25)]).toEqual([90, 121 + 90 / 512]);
});

it("goes on a tour to what has a place", () => {
  const found = stops(wallOf({ pressing: [CASE], hot: [{ id: "h", name: "异味", place: "", people: 5, tellings: 6, last_at: NOW, case_id: null, lon: null, lat: null }] }));
  expect(found.map((stop) => stop.key)).toEqual(["city", "d990101", "pc1"]);
});

it("rests while somebody uses the screen, while walls follow a case, and when it is paused", () => {
  const scope = effectScope();
  scope.run(() => {
    const held = ref(false);
    const tour = useTour(ref(stops(wallOf())), held);
    vi.advanceTimersByTime(STAY_MS);
    expect(tour.stop.value?.key).toBe("city");
    vi.advanceTimersByTime(STAY_MS);
    expect(tour.stop.value?.key).toBe("d990101");
    tour.touch();
    vi.advanceTimersByTime(QUIET_MS - 1);
    expect(tour.stop.value).toBeUndefined();
    vi.advanceTimersByTime(STAY_MS);
    expect(tour.stop.value?.key).toBe("city");
    held.value = true;
    vi.advanceTimersByTime(STAY_MS * 3);
    expect(tour.stop.value?.key).toBe("city");
    held.value = false;
    tour.toggle();
    expect([tour.moving.value, tour.stop.value]).toEqual([false, undefined]);
  });
  scope.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps no more after a day of facts than after a minute, and asks once for many", async () => {
  const wall = useWall();
  await wall.load();
  for (let n = 0; n < 86_400; n += 1) wall.hear({ name: "CaseMoved", payload: { case_id: `c${n}` }, at: NOW });
  expect([wall.feed.length, wall.feed[0]?.caseId, vi.getTimerCount()]).toEqual([MOST_FEED, "c86399", 1]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answer).toHaveBeenCalledTimes(2);
  wall.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("reads anew within three seconds even where facts never pause", async () => {
  const wall = useWall();
  await wall.load();
  for (let n = 0; n < 40; n += 1) {
    wall.hear({ name: "CaseMoved", payload: { case_id: "c1" } });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(answer.mock.calls.length).toBe(2);
  wall.stop();
});

it("turns to what the desk pushes at once, and lets go when the time is up", async () => {
  const wall = useWall();
  await wall.load();
  answer.mockImplementation(() => wallOf({ led: { push_id: "p", case: CASE, note: "", by_name: "李派遣", at: NOW, until: "2026-11-29T08:10:00Z", photos: [] } }));
  wall.hear({ name: "WallLed", payload: { case_id: "c1" } });
  await vi.advanceTimersByTimeAsync(0);
  expect(wall.led?.case.title).toBe("井盖破损");
  wall.hear({ name: "CaseNoted", payload: { case_id: "c1" } });
  await vi.advanceTimersByTimeAsync(0);
  expect(answer).toHaveBeenCalledTimes(3);
  vi.setSystemTime("2026-11-29T08:10:01Z");
  wall.tick();
  expect(wall.led).toBeUndefined();
});

it("calls figures old when nothing came for long, and says what the server said", async () => {
  const wall = useWall();
  await wall.load();
  vi.setSystemTime(Date.parse(NOW) + STALE_MS);
  wall.tick();
  expect(wall.stale).toBe(false);
  vi.stubGlobal("fetch", async () => { throw new TypeError("offline"); });
  await wall.load();
  vi.setSystemTime(Date.parse(NOW) + STALE_MS + 1);
  wall.tick();
  expect([wall.stale, wall.failed !== ""]).toEqual([true, true]);
});

it("reads again until the signs are counted up to what it heard", async () => {
  let counted = NOW;
  const sign = () => ({ code: "open_now", zh: "在办案件", en: "open now", unit: "件", decimals: 0, value: 1, change: 0, at: counted, stale: false, state: "calm" as const, view: "" });
  answer.mockImplementation(() => wallOf({ at: new Date().toISOString(), signs: [sign()] }));
  const wall = useWall();
  await wall.load();
  wall.hear({ name: "CaseOpened", payload: { case_id: "c9" }, at: "2026-11-29T08:00:01Z" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(answer.mock.calls.length).toBeGreaterThan(2);
  counted = "2026-11-29T08:00:06Z";
  await vi.advanceTimersByTimeAsync(3_000);
  const asked = answer.mock.calls.length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(answer.mock.calls.length).toBe(asked);
  wall.stop();
});

it("asks for a full city's cases by the part that is looked at, and rests between questions", async () => {
  const asked: string[] = [];
  const spot = { type: "Feature", id: "h3-87", geometry: { type: "Point", coordinates: [121.2, 31] }, properties: { title: "12", mark: "late", n: 12, late: 3 } };
  vi.stubGlobal("fetch", async (request: Request) => (asked.push(new URL(request.url).search), new Response(JSON.stringify({ type: "FeatureCollection", whole: false, clustered: true, features: [spot] }))));
  const scope = effectScope();
  const [clustered, at] = [ref(true), ref(1)];
  const crowd = scope.run(() => useCrowd(clustered, at))!;
  crowd.look({ box: [121, 30.8, 121.4, 31.1], zoom: 11 });
  await vi.advanceTimersByTimeAsync(1);
  expect(decodeURIComponent(asked[0]!)).toBe("?open=true&view=121.00000,30.80000,121.40000,31.10000&zoom=11");
  expect(crowd.points.value).toEqual([{ id: "h3-87", lon: 121.2, lat: 31, title: "12", state: "late", n: 12, late: 3 }]);
  for (const moment of [2, 3, 4]) {
    at.value = moment;
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(asked.length).toBe(1);
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(asked.length).toBe(2);
  clustered.value = false;
  await vi.advanceTimersByTimeAsync(1);
  expect(crowd.points.value).toBeUndefined();
  scope.stop();
});
