// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { typed } from "@/zone";
import { moment, now } from "./now";

it("tells times as the city's clocks show them, wherever the reader's clock stands", () => {
  now.value = Date.parse("2026-11-29T21:00:00+08:00");
  expect(moment("2026-11-29T00:10:00+08:00")).toBe("00:10");
  expect(moment("2026-11-28T23:50:00+08:00")).toBe("11/28 23:50");
  expect(moment("2025-12-31T23:50:00+08:00")).toBe("2025/12/31 23:50");
  expect(moment(null)).toBe("—");
});

it("takes what is typed as the city's time", () => {
  expect(typed("2026-11-30T08:30")).toBe("2026-11-30T00:30:00.000Z");
  expect(() => typed("tomorrow")).toThrow(RangeError);
});
