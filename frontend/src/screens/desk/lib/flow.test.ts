// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { columnsOf, drawBands, drawCurve, drawMap, shade, span, type Node } from "./flow";

const node = (state: string, entered: number, p50: number | null): Node => ({ state, name: state, stage: "", final: false, entered, standing: 0, stay: { count: 1, p50, p80: p50, p95: p50 } });
const nodes = [node("a", 10, 5), node("b", 12, 5000), node("c", 9, null)];
const links = [{ frm: "a", to: "b", count: 10, back: false }, { frm: "b", to: "c", count: 9, back: false }, { frm: "c", to: "b", count: 2, back: true }];

describe("the map of states", () => {
  it("puts states behind one another, ways back do not count", () => {
    expect(columnsOf(nodes, links).map((column) => column.map((one) => one.state))).toEqual([["a"], ["b"], ["c"]]);
  });
  it("draws every way, the busiest the widest, the longest stay the darkest", () => {
    const found = drawMap(nodes, links);
    expect(found.ways).toHaveLength(3);
    expect(found.ways[0]!.width).toBe(10);
    expect(found.boxes.map((box) => box.heat)).toEqual([0, 4, 0]);
  });
  it("draws nothing of nothing, and a circle without a beginning", () => {
    expect(drawMap([], []).boxes).toEqual([]);
    expect(columnsOf(nodes, [{ frm: "a", to: "b", count: 1, back: false }, { frm: "b", to: "a", count: 1, back: false }, { frm: "b", to: "c", count: 1, back: false }]).flat()).toHaveLength(3);
  });
});

describe("bands, curves and words", () => {
  it("gives each unit a side as high as its bands", () => {
    const { bands, sides } = drawBands([{ frm: 1, frm_name: "甲", to: 2, to_name: "乙", count: 3 }, { frm: 1, frm_name: "甲", to: 3, to_name: "丙", count: 1 }], 400);
    expect(sides.map((side) => side.name)).toEqual(["甲", "乙", "丙"]);
    expect(sides[0]!.height).toBeCloseTo(bands[0]!.width + bands[1]!.width);
  });
  it("draws a staircase that ends where the plane ends", () => {
    expect(drawCurve([[0, 1, 1, 1], [5, 0.5, 0.4, 0.6]], 10, 100, 100).line).toBe("M0.0 0.0L50.0 0.0L50.0 50.0L100.0 50.0");
  });
  it("says durations as people do", () => {
    const words = (unit: string, n: string) => `${n} ${unit}`;
    expect([span(null, words), span(59, words), span(180, words), span(4320, words)]).toEqual(["—", "59 minutes", "3.0 hours", "3.0 days"]);
    expect([shade(null, 10), shade(10, 10), shade(1, 1000)]).toEqual([0, 4, 0]);
  });
});
