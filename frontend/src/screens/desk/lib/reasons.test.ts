// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { byReason } from "./reasons";

it("puts cases together by why they were left out and tells how many are not named", () => {
  const named = [{ id: "a", why: "已结案" }, { id: "b", why: "无权" }, { id: "c", why: "无权" }];
  expect(byReason(named, { 无权: 5, 已结案: 1 })).toEqual([{ why: "无权", cases: ["b", "c"], more: 3 }, { why: "已结案", cases: ["a"], more: 0 }]);
  expect(byReason(named.slice(0, 1))).toEqual([{ why: "已结案", cases: ["a"], more: 0 }]);
});
