// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { addressOf, askedOf, changeOf, drawDays, drillOf, figure, shownAs, steady } from "./asked";

test("a question survives the address", () => {
  const asked = { measure: "late", since: "2026-08-01", until: "2026-09-01", by: ["district", "day"], where: ["item:010101", "source:"] };
  expect(askedOf(addressOf(asked) as never)).toEqual(asked);
  expect(askedOf({})).toEqual({ measure: "cases", by: [], where: [] });
});

test("the drill-down of a number is an address with every condition", () => {
  expect(drillOf("measure=cases&since=2026-08-01&where=district:990101&where=hour:2026-06-01+08:00")).toEqual({ measure: ["cases"], since: ["2026-08-01"], where: ["district:990101", "hour:2026-06-01 08:00"] });
});

test("figures and changes are told only where there are any", () => {
  expect([figure(1234.4, "count"), figure(12.34, "share"), figure(null, "mean")]).toEqual(["1,234", "12.3", "—"]);
  expect([changeOf(150, 100), changeOf(50, 100), changeOf(5, 0), changeOf(5, null)]).toEqual(["+50%", "-50%", "", ""]);
});

test("a line leaves gaps out and its band begins where the forecast does", () => {
  const drawn = drawDays([0, null, 10], 100, 50, { low: [0], high: [10], offset: 2 }, 10, 3);
  expect(drawn.path).toBe("0.0,50.0 100.0,0.0");
  expect(drawn.band).toBe("100.0,0.0 100.0,50.0");
  expect(drawn.ticks.at(-1)?.value).toBe(10);
});

test("a question is shown by what it is cut by", () => {
  expect([[], ["day"], ["cell8"], ["family"], ["family", "day"]].map(shownAs)).toEqual(["number", "line", "map", "bars", "table"]);
});

test("days without a case are nought, days without a share are gaps, other kinds of slices are no course", () => {
  const of = { since: "2026-11-01", until: "2026-11-04", measure: { form: "count" } };
  const rows = [{ key: "2026-11-03", value: 2 }, { key: "2026-11-01", value: 5 }];
  expect(steady(rows, "day", of).map((one) => one.value)).toEqual([5, 0, 2]);
  expect(steady(rows, "day", { ...of, measure: { form: "share" } }).map((one) => one.value)).toEqual([5, null, 2]);
  expect(steady(rows, "month", of).map((one) => one.key)).toEqual(["2026-11-01", "2026-11-03"]);
  expect(steady(rows, "family", of)).toEqual([]);
});
