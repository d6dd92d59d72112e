// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import type { Node } from "../pipes/shapes";
import { circle, type Course, type Gauge, layersOf, type Leak, percent, plotOf, pointsOf, sightOf, standing, surety } from "./places";

const node = (code: string, lon: number, lat: number): Node => ({ code, kind: "junction", name: "", lon, lat, own: true });
const shape = { nodes: [node("a", 121, 31), node("b", 121.01, 31)], edges: [{ code: "ab", kind: "pipe", begin: "a", end: "b", length_m: 950, diameter_mm: 0, open: true }], whole: true };
const leak = (more: Partial<Leak> = {}): Leak => ({
  number: 1, node: "a", lon: 121, lat: 31, flow: 3.8, growing: false, since: "2026-05-15", told_on: "2026-05-16", told_node: "a", mass: 0.85, looked_on: "2026-05-20",
  radius_m: 150, others: [{ node: "b", lon: 121.01, lat: 31, chance: 0.17, metres: 950 }], ended: null, alarm: null, case: null, ...more,
});
const gauge = (more: Partial<Gauge> = {}): Gauge => ({ kind: "pressure", place: "b", stream: 1, name: "", unit: "m[H2O]", ...more });
const told = { names: { pipes: "管", gauges: "测", others: "其他", doubt: "漏" }, gauge: (one: Gauge) => one.place };

test("the circle around a leak is as wide as its doubt", () => {
  const ring = circle({ lon: 121, lat: 31 }, 150);
  const [east] = ring;
  expect((east![0] - 121) * 111_320 * Math.cos((31 * Math.PI) / 180)).toBeCloseTo(150);
  expect(ring.at(-1)).toEqual(east);
});

test("certainty is a word", () => {
  expect([0.95, 0.85, 0.6, 0.3].map(surety)).toEqual(["high", "good", "fair", "open"]);
  expect([0.8765, 0.9999].map(percent)).toEqual(["88%", ">99%"]);
});

test("a gauge stands at its node or half-way along its link", () => {
  const [nodes, edges] = [new Map(shape.nodes.map((one) => [one.code, one])), new Map(shape.edges.map((one) => [one.code, one]))];
  expect(standing(gauge(), nodes, edges)?.lon).toBe(121.01);
  expect(standing(gauge({ kind: "inflow", place: "ab" }), nodes, edges)?.lon).toBeCloseTo(121.005);
  expect(standing(gauge({ kind: "inflow", place: "?" }), nodes, edges)).toBeUndefined();
});

test("a leak that is gone has no circle unless it is the chosen one, and a grey point", () => {
  const [one, gone] = [leak(), leak({ number: 2, ended: "2026-05-22" })];
  const circles = (chosen?: Leak) => layersOf(shape, [gauge()], [one, gone], chosen, told).map((layer) => layer.data.features.length);
  expect(circles()).toEqual([1, 1, 0, 1]);
  expect(circles(gone)).toEqual([1, 1, 1, 2]);
  expect(pointsOf([one, gone], (all) => all.node).map((point) => point.state)).toEqual(["late", "done"]);
});

test("the map looks at the whole network", () => {
  const pixels = { wide: 560, high: 400 };
  expect(sightOf([], pixels)).toBeUndefined();
  const [near, far] = [sightOf(shape.nodes, pixels)!, sightOf([...shape.nodes, node("c", 121.2, 31)], pixels)!];
  expect(near.lon).toBeCloseTo(121.005);
  expect(near.zoom).toBeGreaterThan(far.zoom + 3);
});

test("a course is drawn as flow, as evidence in shares of what is enough, as what a gauge was off", () => {
  const course: Course = {
    days: ["2026-05-15", "2026-05-16"], read: [true, true], evidence: [null, 1.2], sure: [null, 0.9], leaks: [{ number: 1, flows: [null, 3.8] }],
    gauges: [{ kind: "pressure", place: "b", name: "", unit: "m[H2O]", off: [0, -0.1] }, { kind: "inflow", place: "ab", name: "", unit: "m3/h", off: [null, 14] }],
  };
  expect(plotOf(course, "flow", 1, 0).values).toEqual([null, 3.8]);
  expect(plotOf(course, "evidence", 1, 0)).toEqual({ values: [null, 120], usual: [100, 100], odd: [false, true] });
  expect(plotOf(course, "off", 1, 0).values).toEqual([0, -0.98]);
  expect(plotOf(course, "off", 1, 1).values).toEqual([null, 14]);
});
