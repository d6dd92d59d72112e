// SPDX-License-Identifier: Apache-2.0
/** Words of the pages where matters come in: hotline, video, what could not be read. */
export const intakeZh = {
  hotline: {
    title: "热线坐席", phone: "来电号码", start: "接听", note: "通话备注", end: "结束通话", waiting: "输入来电号码后按回车接听：左侧列出该号码以往的诉求，右侧随录入给出建议。", earlier: "以往诉求", times: "{n} 次", first: "该号码首次来电。", urges: "已催 {n} 次",
    remind: "转达催办", remindWords: "来电人的话", recent: "最近来电", noRecent: "还没有来电记录。", notEnded: "未结束", seeCase: "查看案件", outcome: { reported: "已登记", answered: "已答复", reminded: "已催办" },
    matter: "第 {n} 件诉求", division: "区划", byPlace: "按地点确定", name: "来电人称呼", register: "登记", reply: "当场答复（咨询，不立案）", answer: "答复并办结", fromKnowledge: "依知识条目 {code}", needText: "请先写明诉求内容", needReply: "请先写明答复内容", registered: "已登记", answered: "已答复并办结",
    readOut: "请告知来电人：查询码 {tracking}，密码 {secret}", toCheck: "待核对：{error}", same: "是同一件，登记为再次反映", sameAs: "将并入「{title}」", notSame: "取消",
    danger: "疑似险情，请立即转接{who}", services: { police: "110 公安", fire: "119 消防", ambulance: "120 急救" }, helpHint: "录入内容后，这里给出事项、地点、疑似重复、知识答复和追问要点。",
    alike: "疑似重复", noAlike: "附近没有相似的在办案件。", items: "事项建议", noItems: "文字太少，暂无建议。", confidence: "把握", by: "依据：{by}", places: "地点建议", noPlaces: "没有找到地点，请追问标志物。", answers: "知识答复", useAnswer: "用此答复", script: "追问要点",
  },
};
