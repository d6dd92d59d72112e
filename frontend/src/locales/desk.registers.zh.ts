// SPDX-License-Identifier: Apache-2.0
/** Words of the registers and rules: duties, dispatch rules, processes, working time, models. */
export const registersZh = {
  duties: {
    title: "权责清单", versions: "版本", none: "还没有权责清单", above: "{where}的清单，本级只读", number: "第 {n} 版", rows: "{n} 行", by: "{who} 批准", compare: "查看变化", list: "查看清单", seek: "按事项、区划或单位查找", first: "只列出前 {n} 行，请缩小范围。", back: "恢复此版", discard: "弃用草案", states: { draft: "草案", applied: "生效中", superseded: "已被替换", discarded: "已弃用" },
    take: "导入清单", file: "文件（.xlsx 或 CSV）", whose: "所属区划（可不填）", merge: "只更新文件中的行，其余沿用现行清单", read: "读入为草案", refused: "有 {n} 处错误，未保存任何内容", drafted: "已读入 {n} 行，存为第 {number} 版草案", line: "第 {n} 行",
    who: "谁负责", ask: "查询", nobody: "没有责任单位", diff: "第 {n} 版与现行清单相比", same: "{n} 行不变", apply: "批准生效", applyNote: "生效后新派遣按此清单，正在办理的不变。", nothing: "与现行清单没有差别。", choose: "选择一个版本查看清单，或它带来的变化。", lead: "主办", clause: "条款",
  },
  rules: {
    title: "派遣规则", none: "还没有规则，可在右侧编写。", everywhere: "全域", count: "{n} 条规则", states: { draft: "草案", published: "生效中", superseded: "已被替换" }, one: "第 {n} 版", write: "编写规则", text: "规则（YAML）", draft: "存为新草案", drafted: "已存为第 {n} 版草案", publish: "发布生效", inForce: "第 {n} 版已生效",
    kind: "种类", kinds: { routing: "派遣规则", straight: "直派规则" }, try: "试算近 {n} 天", would: "若当时按此规则（{since} 至 {until}）", cases: "{n} 件案件", matched: "命中 {n}", same: "相同 {n}", different: "不同 {n}", spared: "可少走回退 {n}", onTheWay: "尚未办到 {n}", each: "逐条规则", rule: "规则", hits: "命中", agree: "与实际相同", was: "实际", wouldBe: "按此规则",
  },
  drawing: { tools: "流程图大小", smaller: "缩小", larger: "放大", whole: "看全图", apart: "新窗口打开", failed: "流程图暂时无法显示" },
  processes: { title: "流程", states: "{n} 个状态", moves: "{n} 个操作", version: "版本", newest: "最新", shipped: "随包流程", picture: "{name}流程图" },
  worktime: {
    noCalendars: "没有本地班次，按国家工作日计时。", title: "值班与日历", unit: "单位", post: "岗位", before: "上一周", now: "本周", after: "下一周", rota: "值班表", gaps: "无人值班：", noRota: "本周没有排班。未排班的岗位，派案时全员视为在岗。", nobody: "无人", plan: "排班", person: "人员", from: "开始", to: "结束", cancel: "取消 {name} 的班次",
    posts: { acceptor: "受理员", dispatcher: "派遣员", duty_chief: "值班长", department: "处置部门", handler: "处置人员", collector: "信息采集员" },
    calendars: "班次", withNational: "执行国家节假日", rest: "休息", weekdays: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
  },
  workdays: {
    title: "节假日与调休", calendar: "日历", national: "全国节假日", before: "上一年", after: "下一年", unknown: "{year} 年的放假安排尚未导入，暂按周一至周五计算。", month: "{n} 月", note: "时限按此日历计算；调整以后不改动已在走的计时，除非勾选重算。",
    kinds: { holiday: "休息", makeup_workday: "上班" }, ordinary: "按星期", rest: "休息日", makeup: "调休上班", altered: "已调整", day: "日期", kind: "改为", name: "名称", reason: "理由", source: "依据（文件名称或文号）", recount: "在办案件的计时随之重算", alter: "调整 {day}", pick: "点选以后的日期进行调整。",
    preview: "先看影响", save: "保存", effect: "在办计时：{later} 个推后，{sooner} 个提前", none: "没有在办计时受影响。", saved: "已保存", changes: "调整记录", nobody: "这一年没有调整。", line: "{day} 第 {n} 版：{was} → {kind}", recounted: "重算 {n} 个计时", kept: "未动在办计时",
  },
  models: {
    measures: { rows: "样本", accuracy: "准确率", macro_f1: "宏 F1", top3: "前三命中", calibration_error: "校准误差", precision: "自动采纳精确率", coverage: "自动采纳覆盖率" }, title: "模型", none: "还没有模型版本。", train: "训练新版本", training: "正在训练…", trained: "{task}：新版本已训练，等待启用", notTrained: "{task}：训练未成功", rollback: "回退到上一版", version: "版本", state: "状态", figures: "指标", agreed: "影子一致", made: "训练", rows: "{n} 条样本", compare: "对比", shadow: "影子运行", promote: "启用",
    beside: "{name} 与现行版在同一批 {n} 条文本上", active: "现行版", same: "两版结论相同 {n}%", states: { waiting: "待用", candidate: "待用", shadow: "影子运行", active: "启用中", retired: "已停用" }, tasks: { item: "事项分类" },
  },
  links: {
    title: "部件自动关联", hint: "近一年本范围内的案件。人工核对以最后一次为准；准确率过低的部件类暂停自动关联，只作提示。", none: "还没有部件关联。", kind: "部件类", linked: "自动关联", suggested: "仅提示",
    judged: "人工核对", precision: "准确率", state: "状态", going: "自动", stopped: "已暂停，改为提示",
  },
  told: {
    title: "部件与紧急程度", component: "关联部件", machine: "系统", notSought: "没有查找过部件", metres: "距 {n} 米", chosen: "已关联", confirm: "核对无误", take: "选定这一个", other: "另选部件或不关联",
    otherHint: "填写 17 位部件标识码；留空表示不关联部件。", code: "部件标识码", reason: "原因", urgency: "紧急程度", noUrgency: "{level}；事项与反映用词没有另作说明。", change: "调整紧急程度", level: "紧急程度",
  },
};
