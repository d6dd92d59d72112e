// SPDX-License-Identifier: Apache-2.0
import { alarmsZh } from "./desk.alarms.zh";
import { intakeZh } from "./desk.intake.zh";
import { registersZh } from "./desk.registers.zh";
import { scoresZh } from "./desk.scores.zh";
import { signsZh } from "./desk.signs.zh";

export const deskZh = {
  ...intakeZh,
  ...registersZh,
  ...scoresZh,
  ...signsZh,
  ...alarmsZh,
  title: "工作台",
  brand: "统管",
  skip: "跳到正文",
  menu: { label: "主导航", cases: "案件", queue: "案件", intake: "受理", hotline: "热线坐席", video: "视频复核", unread: "未读来件", quarantine: "待核对上报", command: "指挥", alarms: "监测预警", handovers: "险情移交", hot: "热点事项", briefings: "研判报告", judgement: "研判", sensing: "感知", streams: "感知设备", networks: "管网", leaks: "漏损定位", coverage: "覆盖分析", watch: "监测规则", supervision: "督查考核", revisits: "回访", "revisit-plans": "回访计划与结果", suspicions: "虚假办结疑点", regulation: "规则", duties: "权责清单", rules: "派遣规则", processes: "流程", indicators: "体征", scores: "考核", worktime: "值班与日历", workdays: "节假日与调休", models: "模型", insight: "流程洞察", "limit-proposals": "时限建议", overload: "超载预测", analysis: "态势研判", "analysis-projects": "未诉先办", "analysis-outlook": "预测", operation: "运维", letters: "死信与消息", wall: "大屏", registers: "登记" },
  top: { menu: "菜单", inbox: "收件箱", unread: "{n} 条未读", live: "实时", lost: "重连中", theme: "深色", light: "浅色", signOut: "退出", palette: "查找与命令", language: "English" },
  states: {
    reported: "待受理", pending_register: "待立案", pending_verify: "核实中", not_accepted: "不予受理", pending_dispatch: "待派遣", returned: "被回退待修正",
    in_dispute: "裁定中", pending_handle: "待处置", handling: "处置中", suspended: "挂账", handle_finish: "待部门确认", pending_check: "待核查",
    checking: "核查中", pending_close: "待结案", closed: "已结案", forced_close: "强制结案", voided: "作废",
  },
  due: { none: "无时限", closed: "已结", over: "超 {span}", left: "剩 {span}", minutes: "{n} 分钟", hours: "{n} 小时", days: "{n} 天" },
  urgency: { normal: "一般", urgent: "紧急", critical: "特急" },
  source: { grid: "网格上报", hotline: "热线", citizen: "市民", desk: "坐席登记", department: "部门移交", video: "视频", sensor: "物联感知", alarm: "监测预警", cap: "外来预警", leader_mail: "领导信箱", partner: "外部系统", snap: "随手拍", email: "邮件", chat: "群聊", open311: "Open311", cloudevents: "事件接口", mapped: "数据导入" },
  token: { state: "状态", division: "区", box: "范围", overdue: "超期" },
  elsewhere: { title: "这一页不属于您的岗位", hint: "如需使用，请联系系统管理员调整岗位。", back: "回到案件" },
  queue: {
    area: "圈选范围", mapView: "地图", listView: "列表", map: "案件地图",
    title: "案件", search: "查找案件", searchHint: "状态:待派遣 区:江北 超期 路灯", go: "查找", unknown: "不认识：{words}", fresh: "有 {n} 件新案件", export: "导出表格", register: "登记上报",
    order: "排序", newest: "最新在前", due: "最先到期在前", all: "全部未结", overdue: "超期", total: "共 {n} 件", about: "约 {n} 件", more: "再看一些", none: "没有符合条件的案件", noneHint: "放宽条件，或清空查找栏看全部未结案件。", clear: "清空条件",
    number: "编号", name: "标题", item: "事项", state: "状态", limit: "时限", unit: "主办单位", at: "上报", chooseAll: "全选本页", choose: "选择 {number}", caption: "案件列表",
    views: "我的视图", save: "存为视图", saveName: "视图名称", drop: "删除视图 {name}", dropped: "已删除视图「{name}」", share: "本单位共用", ofUnit: "共用", sharedBy: "{name} 共用：{line}", mine: "我经手的", keys: "快捷键", counts: "按状态计数", people: "{n} 人反映",
  },
  preview: { title: "案件预览", none: "用 j / k 选择一行，在这里预览。", open: "打开案件", next: "下一步" },
  bulk: {
    chosen: "已选 {n} 件", move: "批量操作", choose: "选择操作", run: "执行 {n} 件", clear: "取消选择", possible: "{possible} / {total} 件可办", refused: "{why}：{n} 件", none: "所选案件没有您可办的操作", title: "批量办理", close: "关闭",
    all: "选中全部 {n} 件", about: "选中全部约 {n} 件", gathering: "正在选取…", which: "哪些不能办", andMore: "另有 {n} 件", canUndo: "完成后可撤销", cannotUndo: "此操作不能撤销", doing: "正在{name}", undoing: "正在撤销{name}", running: "{done} / {total} 件", progress: "进度", stop: "停止", stopped: "已按要求停止", broken: "中途出错，未做完",
    done: "{name}：已完成 {done} 件", undone: "已撤销{name} {done} 件", failed: "未办 {n} 件", undo: "撤销",
  },
  keys: { title: "快捷键", j: "下一行", k: "上一行", o: "打开案件（回车同）", x: "选择当前行", a: "选中本页（再按一次选中全部符合条件的）", d: "办理当前案件", n: "登记上报", slash: "查找", question: "本说明", palette: "查找与命令", esc: "返回列表", send: "提交正在填写的表单", r: "刷新" },
  palette: { title: "查找与命令", hint: "输入页面、状态或案件编号", none: "没有匹配的命令", find: "查找案件：{words}", go: "前往", filter: "筛选" },
  report: {
    title: "登记上报", text: "内容", item: "事项（名称或代码）", address: "地址", division: "区划代码（没有坐标时）", lon: "经度", lat: "纬度", name: "反映人", phone: "电话", secret: "对被投诉方保密", send: "登记", done: "已登记，查询码 {tracking}，密码 {secret}", check: "已登记，待核对：{error}",
  },
  form: { automatic: "自动（按权责清单）", choose: "请选择", lacking: "请填写：{names}", done: "{name}：已完成", manyHint: "按住 Ctrl 可多选", required: "必填" },
  case: {
    map: "位置", mapTold: "另有 {reports} 处上报、附近 {cases} 件在办", toldHere: "上报于此：{words}",
    back: "返回案件列表", print: "打印", toWall: "推上大屏", fromWall: "撤下大屏", onWall: "本中心大屏已飞往此案，十分钟后自动结束", offWall: "大屏已结束随动", text: "案情", noText: "（没有文字）", facts: "基本情况", item: "事项", place: "地点", division: "区划与网格", source: "来源", unit: "主办单位", opened: "上报", filed: "立案", dueAt: "到期", closedAt: "结案", filing: "立案条件", closing: "结案条件", component: "部件",
    counts: "过程", countsWords: "回退 {returns} · 返工 {reworks} · 延期 {extensions} · 挂账 {suspensions} · 催办 {urges} · 重开 {reopens}", photos: "照片与附件", noPhotos: "没有附件", photo: "附件 {n}",
    process: "流程", way: "经过的环节", picture: "流程图，现处于{state}", timeline: "经过", why: "为什么这样办", noWhy: "尚无说明", filingWhy: "立案", dispatchWhy: "派遣", joiningWhy: "归并", clocks: "各阶段用时", noClocks: "没有计时", running: "计时中", paused: "暂停", stopped: "已停", used: "用时 {span}", noLimit: "无时限",
    orders: "工单", lead: "主办", co: "协办", noOrders: "尚未派遣", dispatched: "派遣 {at}", moves: "可办操作", noMoves: "现在没有需要您办理的操作", movesHint: "现在轮到您办",
    conflict: "这件案件刚刚被他人更新，您的操作没有执行", conflictWho: "{who} 于 {at}「{move}」，现为「{state}」", conflictKept: "已为您读取最新内容；您填写的内容仍保留，核对后可再次提交。", conflictGone: "「{move}」已不能再办。您填写的是：{words}", understood: "知道了",
    asking: "申请与督办", noAsking: "没有申请或督办", agree: "同意", refuse: "不同意", extend: "申请延期", suspend: "申请挂账", timeout_appeal: "超时申诉", urge: "催办", supervise: "督办", instruct: "批示", whistle: "吹哨", note: "说明", words: "内容", reason: "事由", until: "挂账至", days: "限几个工作日答复",
    season: "季节性", works: "工程类", money: "资金立项", rights: "权属争议", signed: "已签收", unsigned: "未签收", answered: "已回复", sign: "签收", answer: "回复", matter: "同一事项", people: "{people} 人、{tellings} 次反映", crowd: "群诉", repeats: "其中 {n} 次是同一人重复反映", first: "首次上报", joined: "归并", score: "相似 {n}%",
    apart: "不是同一事项，分出", together: "并入本案", never: "永不合并", overruled: "已由 {who} 改判：{reason}", maybe: "可能是同一事项", noMaybe: "没有疑似重复", apartWhy: "分出原因", togetherWhy: "合并原因", neverWhy: "不合并原因", compare: "对照", metres: "相距 {n} 米", hours: "相隔 {n}",
    advice: "建议主办单位", noAdvice: "没有建议", allowed: "权责清单内", past: "相似已结案件", noPast: "没有相似案件", ratings: "群众评价", noRatings: "尚无评价", secret: "要求保密", report: "上报", reports: "合并的上报", nobody: "未留联系方式",
  },
  inbox: { title: "收件箱", readAll: "全部已读", none: "没有消息", noneHint: "派遣、催办、督办和到期提醒会送到这里。", open: "打开案件" },
  quarantine: { title: "待核对的上报", hint: "这些上报缺少地点或事项，分诊没有把握，请补正后重新分诊。", none: "没有待核对的上报", fix: "更正并重新分诊", item: "事项（名称或代码）", lon: "经度", lat: "纬度", system: "坐标系", division: "区划代码", why: "更正原因", reply: "直接答复（咨询）", replyText: "答复", still: "仍未通过：{error}", done: "已完成", noAddress: "无地址", noItem: "未填" },
  handovers: {
    title: "险情移交", open: "移交 110、119、120", service: "移交给", danger: "什么险情", services: { police: "110 公安", fire: "119 消防救援", ambulance: "120 医疗急救" }, all: "也列出已结束的", none: "没有待移交的险情", call: "记录移交", number: "拨打号码", person: "接话人", note: "说明", taken: "对方已接收", taker: "对方接收人", result: "登记结果", resultText: "结果", falseAlarm: "不是险情", why: "原因", steps: "经过", noticed: "发现 {at} · {n} 次反映", noCase: "尚未立案", seeCase: "查看案件",
    states: { open: "待移交", handed_over: "已移交，待对方确认", acknowledged: "对方已接收", ended: "已结束", false_alarm: "误报" },
    kinds: { noticed: "发现", opened: "人工提出", told_again: "再次反映", placed: "确定地点", handed_over: "移交", acknowledged: "对方接收", progress: "处置进展", returned: "对方退回", ended: "结果", false_alarm: "误报", overdue: "超时提醒" },
    hows: { phone: "电话", transfer: "三方转接", system: "系统对接", radio: "对讲机", on_site: "当面" }, untaken: "{system}尚未收到，请立即电话 {number}", returned: "{system}已退回，请立即核实并电话 {number}", taken_by: "系统对接：{system} {at} 收到", theirs: "对方编号 {n}",
  },
  hot: { title: "热点事项", division: "区划代码", since: "自", until: "至", show: "查看", none: "这段时间没有热点事项", rank: "名次", name: "事项", heat: "热度", people: "人数", tellings: "次数", busiest: "最忙一周", perDay: "日均", place: "地点", span: "起止", cases: "案件", nth: "案件 {n}", caption: "热点事项排行" },
};
