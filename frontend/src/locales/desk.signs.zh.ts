// SPDX-License-Identifier: Apache-2.0
/** Words of the register of vital signs. */
export const signsZh = {
  signs: {
    title: "体征", caption: "体征登记", find: "按代码或名称查找", everyDimension: "全部维度", centre: "中心", define: "定义体征", none: "没有符合的体征", noCentre: "您没有运行中心的岗位，只能查看登记，看不到数值。", back: "返回体征", unknown: "没有这个体征，或已停用",
    name: "名称", value: "现值", thresholds: "关注 / 报警", at: "数据时间", stale: "陈旧", change: "较昨日此时 {change}", declared: "程序提供", official: "业务人员定义", version: "第 {n} 版",
    grades: { calm: "正常", watch: "关注", alarm: "报警", unset: "未设阈值" }, directions: { high: "越高越好", low: "越低越好", none: "只计量" }, windows: { now: "当前", today: "今日", week: "近 7 日", month: "近 30 日" },
    formula: "公式", words: "口径", source: "出处", terms: "由什么算出", term: "量", window: "时段", item: "事项", everything: "全部", rowsOf: "查看{name}的案件", noTerms: "公式里没有量，没有数值。",
    history: "历史", hour: "按小时（24 小时）", day: "按天（30 天）", chart: "{name}的历史曲线", table: "以表格显示", time: "时间", compare: "对比", compareWith: "在曲线上对比{name}",
    ranking: "下级排名", rank: "名次", levels: { city: "市", district: "区县", street: "街道", community: "社区" }, noBelow: "此处没有下一级中心。", go: "进入{name}",
    versions: "历次版本", asDeclared: "仍是程序提供的原样，没有人改过。", by: "{who} · {at}", first: "首次写入", to: "{field}：{was} → {would}",
    alter: "修改", alterTitle: "修改「{name}」，存为第 {n} 版", defineTitle: "定义新的体征", retire: "停用", retireNote: "停用后不再显示，历次版本保留。", reason: "理由", retired: "已停用「{name}」", cancel: "取消",
    rehearse: "试算", rehearsed: "若现在保存", noChange: "没有任何改动。", wouldBe: "各中心的值", followers: "受影响的其他体征", was: "现在", would: "改后", noValues: "您没有中心岗位，不显示数值。", save: "保存", saved: "已保存「{name}」第 {n} 版", fixed: "公式由程序给出，不能改；可另建一个体征引用它。",
    pieces: "可用的量和体征", insert: "插入 {code}", measures: "量", others: "体征", hint: "数、+ - * /、括号、min max abs；量写明时段，如 case_new(today)；体征直接写代码，可写 code(item=\"01\")。",
    fields: { code: "代码", zh: "中文名称", en: "英文名称", dimension: "维度", unit: "单位", formula: "公式", source: "出处", owner: "责任单位", direction: "方向", decimals: "小数位", freshness_s: "新鲜度（秒）", watch: "关注阈值", alarm: "报警阈值", reason: "修改理由" },
    dimensions: { 市政管理: "市政管理", 市容景观: "市容景观", 环境卫生: "环境卫生", 能源运行: "能源运行", 交通运行: "交通运行", 水务管理: "水务管理", 安全应急: "安全应急", 生态环境: "生态环境", 公众满意度: "公众满意度" },
  },
};
