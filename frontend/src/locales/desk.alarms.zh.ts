// SPDX-License-Identifier: Apache-2.0
/** Words of alarms: the list, one alarm, times of quiet, the book. */
export const alarmsZh = {
  alarms: {
    title: "监测预警", caption: "预警列表", pages: "预警的几个页面", list: "预警", quiet: "静默时段", outside: "外来预警", book: "误报漏报台账", find: "按名称、位置、对象查找", none: "没有符合的预警", fresh: "有 {n} 条新变化，点此刷新", back: "返回预警",
    show: { open: "未归档", active: "未恢复", all: "全部" }, showLabel: "范围", state: "状态", everyState: "全部状态", grade: "级别", name: "名称", place: "位置", words: "说明", at: "发生时间", due: "确认期限", storm: "同因",
    grades: { "0": "解除", "1": "蓝色", "2": "黄色", "3": "橙色", "4": "红色" },
    states: { raised: "待确认", confirmed: "已确认", rejected: "误报", notified: "已通知", handled: "已处置", evaluated: "已评估" },
    cleared: "读数已恢复", active: "读数未恢复", clearedAt: "恢复于 {at}", held: "静默", snoozed: "暂缓至 {at}", late: "逾期未确认", level: "已上报 {n} 级", members: "同因 {n} 条", worst: "其中最高 {grade}", count: "{grade} {n} 条",
    rule: "规则", version: "第 {n} 版", matter: "对象", things: "设施", streams: "数据流", peak: "最高级别", heard: "收到", division: "区划", evidence: "判断依据", noEvidence: "没有更多依据", minutes: "响应用时", minute: "{n} 分钟", steps: { confirmed: "发现到确认", notified: "发现到通知", handled: "发现到处置", evaluated: "发现到评估" }, notYet: "尚未",
    history: "经过", from: "{frm} → {to}", caseOf: "关联案件", noCase: "尚未转为案件", noCaseHint: "达到转报级别（{grade}）后自动转为上报并立案计时。", reported: "已转为上报，等待分拨", seeCase: "查看案件 {number}", caseDue: "时限 {at}", stormOf: "同一成因的预警", headOf: "这条预警归在另一条之下，由首条统一办理", seeHead: "查看首条", told: "已通知", do: "办理", nothing: "您的岗位目前没有可做的操作", changed: "预警已有变化，已重新读取", outcome: { true: "评估为正确", false: "评估为误报" }, chart: "读数", noChart: "这条预警没有可画的读数", 
    evidences: { detector: "判断方法", measured: "测得", limit: "限值", unit: "单位", since: "自", before: "此前级别", source: "限值来源", confidence: "来源可信度" }, confidences: { high: "高", medium_high: "较高", medium: "中", low: "低", own: "本市自设", unknown: "未知" },
    moves: { raise: "发生", grade: "级别变化", clear: "读数恢复", late: "补记", wake: "恢复提醒", return: "恢复待确认", escalate: "逾期升级", announce: "静默结束", confirm: "确认", reject: "判为误报", notify: "通知", handle: "登记处置", settle: "随案处置", disown: "随案判误", evaluate: "评估", lapse: "评估归档", snooze: "暂缓提醒" },
    choices: { device: "设备故障", interference: "环境干扰", threshold: "阈值不当", operation: "作业或试验", other: "其他", true: "正确预警", false: "误报" },
    calm: { add: "新增静默时段", kind: "类别", kinds: { maintenance: "维护", suppression: "抑制" }, begins: "开始", ends: "结束", reason: "原因", things: "设施编码（逗号分隔）", rule: "规则代码", division: "区划代码", who: "登记人", held: "压住", end: "提前结束", none: "没有生效的静默时段", ended: "也列出已结束的", over: "已结束", what: "对象", hint: "静默期内的预警照常记录，不打扰人；到期仍未恢复的自动浮现。" },
    outsides: { none: "目前没有外来预警", ended: "也列出失效的", sender: "发布", event: "事件", place: "范围", expires: "失效", states: { active: "生效", replaced: "已更新", ended: "已解除", expired: "已失效" }, report: "已转为上报", hint: "气象等部门按 CAP 1.2（可装在 EDXL-DE 中）报送的预警；更新与解除自动生效。", by: "分发 {id}（{kind}，{status}），{sender}，目标区域 {target}", unread: "无法读取的", times: "{n} 次", unknown: "未定级" },
    cap: "下载 CAP 发布文件",
    books: { by: "按", rule: "规则", stream: "数据流", since: "自", until: "至", show: "查看", key: "名称", raised: "发出", true: "正确", false: "误报", missed: "漏报", unjudged: "未判", precision: "准确率", recall: "查全率", none: "这段时间没有预警", spans: "响应用时（分钟）", step: "环节", n: "条数", mean: "平均", median: "中位", ninety: "九成以内", misses: "漏报", proposed: "系统提出", booked: "已认定", dismissed: "不算漏报", none2: "没有漏报记录", seeCase: "查看案件", isMiss: "认定漏报", noMiss: "不算漏报", caption: "误报漏报台账", exact: "准确率 = 正确 ÷（正确 + 误报）；查全率 = 正确 ÷（正确 + 漏报）。由人的判断计，一场同因只计一次。" },
  },
};
