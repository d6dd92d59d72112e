// SPDX-License-Identifier: Apache-2.0
/** Words of briefings. */
export const briefingsZh = {
  briefings: {
    title: "研判报告", caption: "研判报告列表", none: "还没有研判报告。选好模板和日期，点“编制”。", write: "编制", template: "模板", division: "区划", day: "日期", since: "起", until: "止", focus: "专题事项代码", every: "全部类别", everyState: "全部状态", templates: "模板维护", open: "打开",
    kinds: { daily: "日报", weekly: "周报", monthly: "月报", topic: "专题报告", after: "复盘报告" }, states: { writing: "编制中", failed: "编制失败", draft: "待审核", reviewed: "待签发", signed: "已签发", withdrawn: "已作废" },
    name: "名称", kind: "类别", place: "区域", state: "状态", made: "编制", signed: "签发", begun: "已开始编制：{title}", back: "返回列表", unknown: "没有这份报告，或不在您的管辖范围", percent: "已完成 {n}%", more: "更早的",
    schedules: "定时编制", noSchedule: "没有定时编制。", at: "每期结束后的时刻", workdays: "只在工作日", tellReady: "编好后通知", tellSigned: "签发后通知", plan: "保存安排", planned: "已保存定时安排", stop: "停用", resume: "启用", last: "已编到", by: "安排人", cadences: { day: "每日", week: "每周", month: "每月", range: "按需" },
    files: "下载", html: "网页", figureHint: "点数字可查看它计入的案件", rows: "数字的来源", measure: "指标", then: "当时计入", now: "现在计入", same: "与编制时一致", differs: "台账此后有变动", listed: "前 {n} 件：", notShown: "有 {n} 件不在此处列出", noRows: "没有计入任何案件。", close: "关闭", shown: "图中数值",
    actions: { cancel: "取消编制", review: "审核通过", send_back: "退回", sign: "签发", withdraw: "作废", distribute: "分发", polish: "文字润色", remark: "批注" }, reason: "理由", text: "内容", posts: "发给哪些岗位", done: "已完成", told: "已通知 {n} 人", drift: "与现在的台账核对", noDrift: "重新计算，全部数字一致。", drifted: "{n} 个数字有变化",
    reword: "改写这一句", rewordHint: "⟦ ⟧ 中是锁定的数字：可以移动，不能增删；文字里不能另写数字。", save: "保存", cancel: "取消", worded: "已由人工改写", polished: "已由文字助手润色", why: "依据：{when}", course: "办理过程", noCourse: "还没有人动过。", omitted: "未满足条件而略去的句子", digest: "校验码",
    postNames: { leader: "领导", duty_chief: "值班长", dispatcher: "派遣员", supervisor: "督查员", evaluator: "考核员", department: "处置部门" },
    notes: { wording: "改写", remark: "批注", review: "审核通过", send_back: "退回", sign: "签发", withdraw: "作废", distribute: "分发", polish: "润色", kept: "未采用润色" }, before: "原文", after: "改为",
    edit: { title: "报告模板", hint: "模板由节、句子、图、表和策略组成；花括号里写指标。改动存为新版本，旧报告不受影响。", text: "模板文字", note: "改动说明", saved: "已保存第 {n} 版", store: "存为新版本", preview: "预览", previewing: "正在试编…", live: "随改随看", measures: "可用指标", versions: "历次版本", version: "第 {n} 版", shipped: "随程序提供", compare: "与上一版对比", code: "代码", noChange: "没有改动", readOnly: "您可以查看模板；修改由值班长或考核员进行。" },
  },
};
