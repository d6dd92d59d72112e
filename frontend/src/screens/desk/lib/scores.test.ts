// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { kindOf, lastMonth, moved, numberOf, periodOf, rateWords } from "./scores";

describe("periods", () => {
  it("opens with the month before", () => {
    expect(lastMonth(2026, 1)).toBe("2025-12");
    expect(lastMonth(2026, 11)).toBe("2026-10");
  });
  it("goes from one kind to another without leaving the time", () => {
    expect(["2026-05", "2026-Q2", "2026", "2026-05-01..2026-05-20"].map(kindOf)).toEqual(["month", "quarter", "year", "days"]);
    expect(periodOf("quarter", "2026-05")).toBe("2026-Q2");
    expect(periodOf("month", "2026-Q4")).toBe("2026-10");
    expect(periodOf("year", "2026-Q4")).toBe("2026");
    expect(periodOf("days", "2026-02")).toBe("2026-02-01..2026-02-28");
  });
});

describe("figures", () => {
  it("writes shares in percent, days as they are, and nothing as a dash", () => {
    expect([rateWords(0.8333, "share"), rateWords(2.5, "day"), rateWords(null, "share")]).toEqual(["83.33%", "2.50", "—"]);
  });
  it("says by how much a total moved", () => {
    expect([moved(90, 91.5), moved(91, 90), moved(null, 90)]).toEqual(["+1.50", "-1.00", ""]);
  });
  it("takes an empty weight as one to be set", () => {
    expect([numberOf(""), numberOf("0.3")]).toEqual([null, 0.3]);
  });
});
