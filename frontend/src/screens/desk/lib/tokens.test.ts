// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { read, withFlag, withToken } from "./tokens";

const known = {
  states: { 待派遣: "pending_dispatch", "to-dispatch": "pending_dispatch", 处置中: "handling" },
  divisions: { 江北区: "990101", 江南区: "990102" },
  me: 7,
};

describe("the search line", () => {
  it("reads keys, flags and words", () => {
    expect(read("状态:待派遣 区:江北 超期 路灯 人民路", known)).toEqual({
      narrow: { open: true, state: ["pending_dispatch"], division: "990101", overdue: true, text: "路灯 人民路" },
      unknown: [],
    });
  });
  it("takes the Chinese colon, several values and English", () => {
    expect(read("状态：待派遣,处置中", known).narrow.state).toEqual(["pending_dispatch", "handling"]);
    expect(read("state:to-dispatch area:990102 overdue mine", known).narrow).toEqual({
      open: true, state: ["pending_dispatch"], division: "990102", overdue: true, handler_id: 7,
    });
  });
  it("means open cases unless told otherwise", () => {
    expect(read("", known).narrow).toEqual({ open: true });
    expect(read("已结", known).narrow.open).toBe(false);
    expect(read("全部", known).narrow.open).toBeUndefined();
  });
  it("says what it does not know and does not guess between two", () => {
    expect(read("状态:不存在 区:江 紧急:很", known)).toEqual({ narrow: { open: true }, unknown: ["状态:不存在", "区:江", "紧急:很"] });
  });
  it("leaves a time of day or an address alone", () => {
    expect(read("全部 自:2026-11-29", known).narrow).toEqual({ open: undefined, opened_from: "2026-11-29T00:00:00+08:00" });
    expect(read("全部 自:2026-11-29T08 至:2026-11-29T09", known).narrow).toEqual({ open: undefined, opened_from: "2026-11-29T08:00:00+08:00", opened_to: "2026-11-29T09:00:00+08:00" });
    expect(read("已结 结自:2026-11-29 临期", known).narrow).toEqual({ open: false, closed_from: "2026-11-29T00:00:00+08:00", soon: true });
    expect(read("全部 体征:case_closed~month~~990101", known).narrow).toEqual({ open: undefined, sign: "case_closed~month~~990101" });
    expect(read("体征:在办", known).unknown).toEqual(["体征:在办"]);
    expect(read("自:2026-11-29T24", known).unknown).toEqual(["自:2026-11-29T24"]);
    expect(read("自:昨天", known).unknown).toEqual(["自:昨天"]);
    expect(read("12:30 http://x", known).narrow.text).toBe("12:30 http://x");
  });
  it("changes one token and keeps the others", () => {
    expect(withToken("状态:待派遣 路灯", "状态", "处置中")).toBe("路灯 状态:处置中");
    expect(withToken("状态:待派遣 路灯", "状态", null)).toBe("路灯");
    expect(withFlag("路灯", "超期", true)).toBe("路灯 超期");
    expect(withFlag("路灯 超期", "超期", false)).toBe("路灯");
  });
});
