// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test } from "vitest";

import { learn, speak, t, te } from "./words";

learn("bench", { told: "{n} 件，{who}上报", deep: { er: "里" }, only: "只有中文" }, { told: "{n} told by {who}", deep: { er: "inner" } });
afterEach(() => speak("zh"));

test("a word is found by its key, its names filled in, in the language that is spoken", () => {
  expect(t("bench.told", { n: 3, who: "小陈" })).toBe("3 件，小陈上报");
  expect(t("bench.deep.er")).toBe("里");
  speak("en");
  expect(t("bench.told", { n: 3, who: "Chen" })).toBe("3 told by Chen");
  expect(document.documentElement.lang).toBe("en");
});

test("what one language lacks is shown in Chinese, what both lack as its key", () => {
  speak("en");
  expect([te("bench.only"), t("bench.only")]).toEqual([false, "只有中文"]);
  expect([te("bench.deep"), t("bench.deep"), t("bench.constructor.name")]).toEqual([false, "bench.deep", "bench.constructor.name"]);
});

test("words of a part that are learned later stand beside the first", () => {
  learn("bench", { later: "后来" }, { later: "later" });
  expect([t("bench.deep.er"), t("bench.later")]).toEqual(["里", "后来"]);
});
