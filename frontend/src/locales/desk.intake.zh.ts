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
    map: "地点", mapHint: "点击地图定位，标记可拖动；键入地址会自动定位，“取十字处”可用键盘定位。", at: "{division} · 网格 {grid}", noGrid: "无网格", outside: "此处不在登记的社区内", near: "{name}（{metres} 米）", nothingNear: "300 米内没有登记的地址", useAddress: "用作地址", byAddress: "按地址定位", byHand: "已手工定位", free: "取消定位",
  },
  video: {
    title: "视频复核", state: "按状态", states: { waiting: "待复核", passed: "自动通过", accepted: "已采纳", rejected: "已驳回" }, keys: "j / k 换条，a 采纳，数字键驳回", list: "视频发现", none: { waiting: "没有待复核的视频发现。", other: "这里没有视频发现。" }, choose: "没有可看的画面。", times: "{n} 次",
    score: "算法置信 {n}%", accept: "采纳", note: "备注（可不填）", counts: "计入该摄像机的误报", countsNot: "不计入误报", acceptedOne: "已采纳：{title}", rejectedOne: "已驳回：{why}", picture: "{camera} 画面中的{title}", noPicture: "没有截图", clip: "查看录像片段",
    book: "准确率账本", noBook: "还没有复核记录。", automatic: "自动通过", precision: "准确率", of: "{right} / {reviewed} 条，下限 {lower}%", off: "停用自动通过", on: "恢复自动通过",
  },
  unread: { title: "未读来件", hint: "各渠道送来而无法读懂的来件：打开更正后重读，解析修好后可整批重读，确属无用的可搁置。", none: "没有未读来件", lot: "重读 {channel} {n} 件", open: "打开", again: "原样重读", mend: "更正并重读", body: "内容", why: "原因", dismiss: "搁置", size: "{n} 字节", times: "{n} 次", bytes: "不是文本，请用原样重读。", audited: "打开来件已记入审计。", outcome: "已读 {done} 件，仍有 {left} 件读不出" },
  letters: { lanes: { mail: "邮件", sms: "短信", webhook: "接口通知", inbox: "站内消息" }, title: "死信与消息", refresh: "刷新", state: "运行状况", engines: "引擎 {n} 个", lag: "最大滞后 {n} 条", jobs: "未完作业 {n} 个", unnumbered: "未编号 {n} 条", lane: "待发 {waiting}，放弃 {dead}", messages: "放弃发送的消息", noMessages: "没有放弃发送的消息", send: "重发所选 {n} 条", facts: "未能接收的事实", noFacts: "没有未能接收的事实", give: "重投所选 {n} 条", all: "全选", subject: "主题", to: "收件", fault: "错误", tries: "次数", at: "时间", fact: "事实", subscriber: "接收方", replayed: "已重新投递 {n} 条" },
  compare: { chosen: "对照两件", byHand: "人工选择的两件案件，系统没有给出相似度。", together: "合并为一件", togetherNote: "{younger} 的全部上报并入 {older}；尚未处置的 {younger} 随之作废，群众都会收到 {older} 的进展。", title: "并排对照", back: "对照与拆分", noPoint: "缺少坐标", hours: "相隔 {n} 小时", days: "相隔 {n} 天", for: "支持同一件", against: "反对同一件", parts: { text: "文字", place: "地点", time: "时间", item: "事项", name: "名称", picture: "照片" } },
};
