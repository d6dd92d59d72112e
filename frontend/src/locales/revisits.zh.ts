// SPDX-License-Identifier: Apache-2.0
/** Words of call-backs and of suspicions of false closing. */
export const revisitsZh = {
  revisits: {
    pages: "回访的几个页面", hint: "独立回访：承办单位的人不参与；号码只在拨打时显示，每次查看都记入审计。", counts: "待拨 {due} 件，稍后 {later} 件", ready: "有待回访的样本", none: "现在没有待拨的回访", next: "领取下一件", told: "诉求", handled: "办理结果", closed: "{at} 办结", why: "为何抽中", calls: "呼叫记录", attempts: "已呼叫 {n} 次，最多 {most} 次", release: "退回不拨", unseal: "显示号码并拨打", audited: "已记入审计，仅限本次通话", comment: "补充意见", save: "登记回答", otherwise: "没有完成访问", note: "备注", recorded: "已登记：{what}",
    responded: { true: "联系过", false: "没有联系" }, solved: { true: "已解决", false: "未解决" },
    plans: "回访计划", noPlans: "还没有回访计划。", version: "第 {n} 版", write: "编制或修订计划", draw: "抽取样本", draws: "样本", noDraws: "还没有抽样。", since: "结案自", until: "结案至", progress: "已答 {done} / {size}", seed: "种子 {seed} · {method}", strata: "分层（{n}）", stratum: "层", population: "可回访", size: "应抽",
    plan: { code: "编号", name: "名称", strata: "分层依据（可多选）", allocation: "分配方式", proportional: "按比例", neyman: "奈曼最优", size: "样本量", half: "或允许误差（± 百分点）", reason: "原因", note: "样本量与允许误差填一项；修订同一编号即为新版。承办单位的人一律不能回访。", unstratified: "不分层", sized: "{n} 件", precise: "±{half}%", tries: "呼叫至多 {n} 次，间隔 {hours} 小时" },
    states: { waiting: "待拨", answered: "已答", unreached: "未接通", declined: "不愿受访", withdrawn: "已撤回", reserve: "后备" }, left: { secret: "要求保密", unreachable: "没有电话", unwilling: "不愿受访", called: "已在其他样本" },
    estimates: "回访结果", exact: "圆点为估计值，粗线为置信区间，三角为单位自己的评价；落在区间之外记“不一致”。", unit: "单位", whole: "全部", answered: "回答 / 结案", solvedShare: "解决率", contentShare: "满意率", survey: "自评解决率", effect: "设计效应", differs: "不一致", apart: "单位说办结、市民说没解决", noneApart: "没有这样的案件。", unitSaid: "单位：{words}", citizenSaid: "市民：{words}", surveyYes: "此前评价为已解决", surveyNo: "此前评价也是未解决",
  },
  suspicions: {
    state: "状态", states: { waiting: "待核定", confirmed: "属实", rejected: "不属实", held: "暂存" }, list: "疑点", evidence: "证据", keys: "j k 上下 · a 属实 · d 不属实 · r 刷新", closed: "{at} 办结", none: "没有这一状态的疑点", choose: "请选择一条疑点", score: "得分 {n}，门槛 {from}（版本 {version}）", seeAgain: "查看再诉案件 {number}", again: "再次诉求", taken: "照片拍摄点", map: "案发点与另一处的位置", sayWhy: "请写明理由", note: "核定理由（必填）", supervise: "属实，督办承办单位", days: "限期（工作日）", reopen: "属实，重开案件", confirm: "属实，另行处理", reject: "不属实", confirmedOne: "{number} 已核定属实", rejectedOne: "{number} 已核定不属实",
    actions: { none: "另行处理", reopen: "已重开", supervise: "已督办" },
    photos: { before: "处置前", photo: "处置后（存疑）", earlier: "此前上传的照片" },
    detectors: { recomplaint: "就近再诉", reused_photo: "照片重复使用", photo_elsewhere: "照片不在现场", photo_untimely: "照片不在处置期间", too_fast: "办结快得反常", unsolved: "回访未解决" },
    book: "准确率台账", paused: "已暂停", waits: "待核 {n}", precision: "准确率", of: "属实 {right} / {all}（{low}–{high}）", threshold: "门槛 {at}，可在 {low}–{high} 之间学习", resume: "恢复提交疑点",
  },
};
