// SPDX-License-Identifier: Apache-2.0
/** Words of evaluation. */
export const scoresZh = {
  scores: {
    title: "考核", caption: "考核得分", set: "指标集", kind: "时段", kinds: { month: "月", quarter: "季", year: "年", days: "自定" }, period: "时段代码", show: "查看", wording: "指标与权重", back: "返回得分",
    closed: "已关闭", open: "未关闭，随案件变动", readAt: "台账读到 {at}", noBook: "案件台账正在建立", source: "出处 {source}，可信度 {confidence}",
    confidences: { high: "高", medium_high: "较高", medium: "中", low: "低", design: "本平台设计" },
    class: "类别", everyClass: "全部类别", find: "按名称查找", compare: "与上期比较", corrections: "关闭后的更正", check: "复算核对", close: "关闭本期", closedNow: "{period} 已关闭，得分不再变动", holds: "复算结果与保存的一致", broken: "复算结果与保存的不一致",
    none: "没有可看的得分", rank: "名次", name: "名称", total: "总分", grade: "等级", moved: "较上期", reasons: "没有总分的原因", unnamed: "同类单位", behind: "{name}的得分由来", hide: "收起",
    counts: "基础量", count: "量", number: "数", chooseCount: "选一个量，查看计入和剔除的每个案件。", counted: "计入 {n}", leftOut: "剔除 {n}", noMarks: "没有案件", cases: "案件", case: "案件", at: "时间", amount: "计数", why: "理由", more: "更多",
    change: "更正", added: "应增", taken: "应减", correctionsNote: "关闭后才知道的事实列在这里；已关闭的得分不变。", noCorrections: "没有更正。", unset: "待设定",
    alter: "修改", alterTitle: "起草第 {n} 版", parts: "得分项", part: "得分项", weight: "权重", weightOf: "{name}的权重", formula: "公式", formulaOf: "{name}的公式", from: "出处", fromOf: "{name}的出处", note: "说明", rates: "率", confidence: "可信度", sum: "权重合计 {n}", parameter: "参数 {name}",
    exclude: "剔除", excludes: { excused: "超时申诉通过（超时类）", consult: "仅咨询", impossible: "诉求不合理或无法办理", force_majeure: "不可抗力", other: "其他认定" }, visible: "被考核者能看到", visibles: { own: "只看自己", class: "自己和同类名次（不具名）", all: "全部" },
    reason: "修改理由", rehearse: "在过去的时段试算", tried: "试算结果", save: "存为草稿", drafted: "已起草第 {n} 版，须由他人批准", approve: "批准启用", approved: "第 {n} 版已启用", versions: "历次版本", shipped: "程序提供", approvedBy: "{name}批准", states: { draft: "草稿", in_force: "启用", replaced: "已替换", dropped: "已放弃" },
  },
};
