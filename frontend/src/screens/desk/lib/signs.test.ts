// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { Problem } from "@/api/client";
import { bodyOf, differences, draftOf, drawHistory, faultsOf, type Indicator, levelsBelow, mayWord, rowsLine, valueWords, wayTo } from "./signs";
import { read } from "./tokens";

const ONE = { code: "open_now", zh: "在办", en: "open", dimension: "公众满意度", unit: "件", formula: "case_open(now)", words: "", source: "", owner: "考核科", direction: "low", decimals: 0, freshness_s: 60, watch: 5, alarm: null, version: 2, windows: ["now"], official: false, changed_at: null, changed_by: "", reason: "" } as Indicator;
const point = (value: number | null) => ({ at: "2026-11-29T00:00:00Z", value });

it("knows who words signs: the city's evaluators and administrators", () => {
  expect([mayWord([{ post: "evaluator", division: "9901" }]), mayWord([{ post: "evaluator", division: "990101" }]), mayWord([{ post: "leader", division: "9901" }])]).toEqual([true, false, false]);
});

it("names the rows behind a term in words that the queue's search line reads", () => {
  const line = rowsLine({ measure: "case_open", window: "now", item: "01" }, "990101");
  expect(read(line, { states: {}, divisions: {} })).toEqual({ narrow: { open: undefined, sign: "case_open~now~01~990101" }, unknown: [] });
});

it("goes down from the own centre by levels", () => {
  expect([levelsBelow("9901"), levelsBelow("990101001001")]).toEqual([["district", "street", "community"], []]);
  expect(wayTo("9901", "990101001")).toEqual(["9901", "990101", "990101001"]);
  expect(wayTo("990101", "990101")).toEqual(["990101"]);
});

it("sends an empty threshold as none and leaves a declared formula to its package", () => {
  const body = bodyOf({ ...draftOf(ONE), watch: "7.5", reason: "例会" }, false);
  expect(body).toMatchObject({ zh: "在办", formula: "", watch: 7.5, alarm: null, decimals: 0, freshness_s: 60, reason: "例会" });
  expect(body).not.toHaveProperty("code");
  expect(bodyOf({ ...draftOf(ONE), formula: " new_today " }, true)["formula"]).toBe("new_today");
});

it("puts what the server says to the field it is about", () => {
  const problem = new Problem(422, "invalid", "…", [{ field: "alarm", detail: "更差" }, { field: "If-Match", detail: "旧版" }]);
  expect(faultsOf(problem, ["alarm"])).toEqual({ alarm: "更差", "": "旧版" });
  expect(faultsOf(new Problem(403, "x", "不可"), ["alarm"])).toEqual({ "": "不可" });
});

it("tells in what a version differs", () => {
  expect(differences({ ...ONE, watch: 9, owner: "督查科" }, ONE)).toEqual(["owner", "watch"]);
  expect([valueWords(null, 1), valueWords(2, 1)]).toEqual(["—", "2.0"]);
});

it("draws histories of one scale, broken where there is no value", () => {
  const drawn = drawHistory([{ key: "a", name: "甲", points: [point(1), point(null), point(3), point(4)] }, { key: "b", name: "乙", points: [point(7)] }], 90, 80);
  expect([drawn.low, drawn.high, drawn.ticks]).toEqual([0, 8, [0, 4, 8]]);
  expect(drawn.lines[0]?.paths).toEqual(["0.0,70.0", "60.0,50.0 90.0,40.0"]);
  expect(drawn.lines[1]?.dots.map((dot) => dot.x)).toEqual([45]);
  expect(drawHistory([], 9, 9).high).toBe(1);
  expect(drawHistory([{ key: "a", name: "", points: [point(-3)] }], 9, 9)).toMatchObject({ low: -4, high: 0 });
});
