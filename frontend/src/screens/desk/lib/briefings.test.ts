// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { cell, clockOf, marked, minuteOf, picture, unmarked } from "./briefings";

const figures = { f1: { zh: "新增案件", text: "12件", unit: "件", view: "value" }, f2: { zh: "按期办结率", text: "97.5%", unit: "%", view: "value" } };

it("shows a number within its mark and sends the mark alone", () => {
  const text = marked(["新增", { figure: "f1" }, "。"], figures);
  expect(text).toBe("新增⟦f1·12件⟧。");
  expect(unmarked(text)).toBe("新增⟦f1⟧。");
});

it("leaves out the unit that a column's head tells, but never a per cent sign", () => {
  expect(cell(figures.f1)).toBe("12");
  expect(cell(figures.f2)).toBe("97.5%");
  expect(cell({ ...figures.f1, view: "change", text: "增加3件" })).toBe("增加3件");
});

it("keeps marks of a drawing from becoming an address's own", () => {
  expect(picture("<svg>#?</svg>")).toBe("data:image/svg+xml;charset=utf-8,%3Csvg%3E%23%3F%3C%2Fsvg%3E");
});

it("tells the minute of a day as a clock and back", () => {
  expect(clockOf(485)).toBe("08:05");
  expect(minuteOf("08:05")).toBe(485);
});
