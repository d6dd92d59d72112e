// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { drawn } from "./courses";

const course = (more: object) => ({ stream: 1, name: "压力", unit: "MPa", at: [0, 10, 20], low: [1, 2, 0], high: [3, 2, 4], mean: [2, 2, 2], ...more });

describe("the course behind an alarm", () => {
  it("reaches from the lowest to the highest value and marks the moment", () => {
    const plot = drawn(course({}), 5, 100, 40)!;
    expect([plot.low, plot.high, plot.mark]).toEqual([0, 4, 25]);
    expect(plot.line).toBe("0.0,20.0 50.0,20.0 100.0,20.0");
    expect(plot.band).toContain("100.0 0.0L100.0 40.0");
  });
  it("leaves out what has no value, and has nothing to draw without any", () => {
    expect(drawn(course({ mean: [null, 2, 2], low: [null, 1, 1], high: [null, 3, 3] }), 0, 100, 40)!.begin).toBe(10);
    expect(drawn(course({ at: [], low: [], high: [], mean: [] }), 0, 100, 40)).toBeUndefined();
    expect(drawn(course({ at: [7], low: [2], high: [2], mean: [2] }), 7, 100, 40)!.line).toBe("50.0,20.0");
  });
});
