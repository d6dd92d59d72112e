// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { drawn } from "./courses";

const course = (more: object) => ({ stream: 1, name: "压力", unit: "MPa", at: [0, 10, 20], low: [1, 2, 0], high: [3, 2, 4], mean: [2, 2, 2], ...more });

describe("the course behind an alarm", () => {
  it("reaches from the lowest to the highest value and marks the moment", () => {
    const plot = drawn(course({}), 5, 100, 40)!;
    expect([plot.low, plot.high, plot.mark]).toEqual([0, 4, 25]);
    expect(plot.line).toBe("M0.0 20.0L50.0 20.0L100.0 20.0");
    expect(plot.band).toContain("100.0 0.0L100.0 40.0");
  });
  it("leaves out what has no value, and has nothing to draw without any", () => {
    expect(drawn(course({ mean: [null, 2, 2], low: [null, 1, 1], high: [null, 3, 3] }), 0, 100, 40)!.begin).toBe(10);
    expect(drawn(course({ at: [], low: [], high: [], mean: [] }), 0, 100, 40)).toBeUndefined();
    expect(drawn(course({ at: [7], low: [2], high: [2], mean: [2] }), 7, 100, 40)!.line).toBe("M50.0 20.0h0");
  });
  it("breaks where nothing came for longer than three of its usual intervals, and not before", () => {
    const at = [0, 10, 20, 30, 60, 70, 110, 120];
    const flat = at.map(() => 1);
    const plot = drawn(course({ at, low: flat, high: flat, mean: flat }), -1, 120, 40)!;
    expect(plot.line).toBe("M0.0 20.0L10.0 20.0L20.0 20.0L30.0 20.0L60.0 20.0L70.0 20.0M110.0 20.0L120.0 20.0");
    expect(plot.gaps).toBe(1);
    expect(plot.band.match(/Z/g)).toHaveLength(2);
    expect(drawn(course({ at, low: flat, high: flat, mean: flat }), -1, 120, 40, { every: 20, begin: 0, end: 120 })!.gaps).toBe(0);
  });
  it("breaks at an empty sum, knows columns wider than an interval, and leaves the silence at both ends of its span", () => {
    const flat = [1, 1, 1, 1];
    const sums = drawn(course({ at: [100, 200, 400, 500], low: flat, high: flat, mean: flat }), -1, 100, 40, { every: 1, step: 100, begin: 0, end: 1000 })!;
    expect([sums.gaps, sums.begin, sums.end]).toEqual([1, 0, 1000]);
    expect(sums.line).toBe("M10.0 20.0L20.0 20.0M40.0 20.0L50.0 20.0");
    expect(drawn(course({ at: [100, 200, 400, 500], low: flat, high: flat, mean: flat }), -1, 10, 40, { every: 1, begin: 0, end: 1000 })!.gaps).toBe(0);
    expect(drawn(course({ at: [100, 300, 500, 700], low: flat, high: flat, mean: flat }), -1, 100, 40, { every: 200, step: 100, begin: 0, end: 1000 })!.gaps).toBe(0);
  });
});
