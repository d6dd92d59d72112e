// SPDX-License-Identifier: Apache-2.0
/** Words of analysis. */
export const analysisZh = {
  analysis: {
    title: "分析研判", pages: "研判页面", explorer: "探索", boards: "看板", projects: "未诉先办", outlook: "预测", answer: "结果", readAt: "台账截至 {at}",
    source: "来源", sources: { cases: "案件、诉求与评价", signs: "城市体征", readings: "传感读数" }, within: "区划以内（代码）", split: "分法", splits: { stream: "测点", division: "区划" }, centre: "中心", meanOf: "期内日均（{unit}）", measuredChart: "{name}逐日", nothingMeasured: "您的管辖范围内没有可看的体征或读数。",
    measure: "量", since: "起", until: "止（不含）", by: "切分 {n}", where: "条件（维度:值）", ask: "查询", method: "上期为往前推整周、星期相同的同样天数，去年同期为 364 天前；“显著”已按本表全部行一并控制误报（5%），并计入平时的起伏",
    whole: "合计", value: "数量", valueOf: "数值（{unit}）", size: "大小", before: "上期", lastYear: "去年同期", change: "变化", open: "打开背后的 {n} 行", rest: "另有 {n} 行在未列出的切分里",
    verdicts: { up: "显著上升", down: "显著下降" }, spots: { hot: "热点", cold: "冷点" }, views: { table: "表与条形", course: "走势", map: "地图热点", clusters: "时空聚集", drivers: "变化来自哪里", links: "前后关联" },
    slices: { city: "市", district: "区县", street: "街道", community: "社区", cell6: "六边形 6 级", cell7: "六边形 7 级", cell8: "六边形 8 级", cell9: "六边形 9 级", hour: "小时", day: "日", week: "周", month: "月", year: "年", weekday: "星期", hour_of_day: "一天中的小时", grid: "网格", component: "部件", family: "大类", item: "事项", kind: "诉求类型", urgency: "紧急程度", unit: "主办单位", hub: "运行中心", source: "渠道", state: "状态", outcome: "上报去向", voice: "首次或再次" },
    boardName: "看板名称", keep: "存为看板块", kept: "已存入看板「{name}」", noBoards: "还没有看板。在“探索”里查询后，可把结果存为看板块。", shareWith: "共享给本单位的", share: "共享", unshare: "取消共享", drop: "删除看板", explore: "在探索中打开", lastDays: "近 {n} 天",
    posts: { acceptor: "受理员", dispatcher: "派遣员", duty_chief: "值班长", supervisor: "督查员", evaluator: "考核员", leader: "领导" },
    courseChart: "逐日数量与平时水平", asTable: "以表格显示", day: "日期", usual: "平时", odd: "异常", isOdd: "异常", resolution: "六边形大小", resolutions: { 6: "约 36 平方公里", 7: "约 5 平方公里", 8: "约 0.7 平方公里", 9: "约 0.1 平方公里" },
    hotMap: "热点与冷点地图", hotList: "热点与冷点列表", noSpots: "没有超出偶然的热点或冷点。", cell: "位置", cellNote: "{n} 件", noClusters: "没有超出偶然的时空聚集。", noDrivers: "没有哪一部分的变化超出按比例的份额。", linksHint: "去除趋势和星期后，比较各天的名次；已计入全部事项对和全部滞后天数。相关不等于因果。", noLinks: "没有超出偶然的前后关联。",
    openCases: "打开 {n} 件案件", casesTitle: "背后的案件", counted: "共 {n} 件", noCases: "没有可打开的案件。",
    projectsHint: "同一处、同一事项反复出现，建议在有人投诉之前办好。“本可避免”只数在当时已能看出会复发之后又来的案件。", noProjects: "这里没有项目。", matter: "事项", where2: "地点", season: "季节", months: "{list} 月", allYear: "全年", history: "历史案件", spared: "本可避免", confidence: "把握", projectMap: "项目位置", why: "为什么建议", sinceAccepted: "采纳以来又来 {n} 件", reason: "理由", accept: "采纳", reject: "退回",
    states: { proposed: "待定", accepted: "已采纳", rejected: "已退回" }, decided: { accepted: "已采纳「{name}」", rejected: "已退回「{name}」" },
    area: "区域", family: "类别", allKinds: "全部类别", noOutlook: "还没有预测：需要至少 56 天的案件，且昨日的案件已全部记入台账。", outlookChart: "过去的数量与今后的预计，阴影为区间", expected: "预计", interval: "区间", record: "过去预测得准不准", recordHint: "“参照”是照搬上一周同一天。开始预测之前的日子，是用当时已知的数据补算的。", horizon: "提前", daysAhead: "{n} 天", judged: "已对照天数", off: "平均误差", offUsual: "参照误差", skill: "优于参照", held: "落在区间内 / 应有",
    foresight: "读数预测", foreseenList: "在预测的读数", findStream: "按名称、监测点、类别查找", noneFound: "没有找到在预测的读数。", noneForeseen: "您的管辖范围内还没有在预测的读数；可在下方开始预测。", notYet: "尚无预测", foreseenChart: "{name}：过去三天与今后 24 小时，阴影为 90% 区间", foreseenHint: "实线为已有的小时均值，虚线为预计，阴影为区间：每十个小时应有九个落在其中。", hour: "时间", judgedHours: "已对照小时数", offWeek: "照搬上周同一小时", offStill: "照搬当前值", hoursAhead: "{n} 小时",
    choices: "预测哪些读数", choicesHint: "值班长、督查员、考核员和领导可以按观测属性和区划开始或停止预测；全市现有 {taken} 条，最多 {most} 条。", everywhere: "全部区划", chosenBy: "{n} 条 · {name} {at} 开启", stopForecast: "停止预测", property: "观测属性", startForecast: "开始预测", nowForeseen: "已开始预测 {n} 条读数，每小时更新",
  },
};
