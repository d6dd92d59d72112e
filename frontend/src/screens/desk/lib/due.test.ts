// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { due } from "./due";

const now = Date.parse("2026-05-01T09:00:00Z");

it("tells what is left and what is over, in a colour and a word", () => {
  expect(due("2026-05-01T10:30:00Z", null, now)).toEqual({ word: "left", colour: "yellow", n: 1, unit: "hours" });
  expect(due("2026-05-01T08:20:00Z", null, now)).toEqual({ word: "over", colour: "red", n: 40, unit: "minutes" });
  expect(due("2026-05-05T09:00:00Z", null, now)).toEqual({ word: "left", colour: "green", n: 4, unit: "days" });
  expect(due(null, null, now).word).toBe("none");
  expect(due("2026-05-01T08:20:00Z", "2026-05-01T08:00:00Z", now).word).toBe("closed");
});
