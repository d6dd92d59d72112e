// SPDX-License-Identifier: Apache-2.0
export const phoneZh = {
  title: "城市统管",
  offline: "离线",
  large: "大字",
  signIn: "工作人员登录",
  nav: { home: "首页", progress: "进度", mine: "本机", tasks: "任务" },
  home: {
    snap: "随手拍", snapHint: "拍照、定位、提交，三步完成，无需注册",
    progress: "查进度", progressHint: "像查快递一样看办到哪一步",
    patrol: "巡查上报", patrolHint: "离线可用，联网后自动上传",
    tasks: "我的任务", tasksHint: "按远近和时限排序",
    waiting: "{n} 条待上传", refused: "{n} 条需要修改",
  },
  report: {
    picked: "已在地图上选定位置", onMap: "在地图上选位置", onMapHint: "移动地图，把十字对准地点，再点“取十字处”；也可直接点地图。",
    step1: "拍照", step2: "位置", step3: "说明", next: "下一步", back: "上一步", send: "提交",
    take: "拍照或选择照片", noPhoto: "没有照片也可以继续", remove: "删除第 {n} 张照片", photo: "第 {n} 张照片",
    locating: "正在定位…", located: "已定位，精度约 {m} 米", unlocated: "未能定位，请填写地址", again: "重新定位",
    fromPhoto: "采用照片中的位置", address: "地址或附近标志", addressHint: "例如：人民路 128 号门前",
    text: "发生了什么", textHint: "例如：井盖破损，有人差点摔倒",
    phone: "手机号（选填，便于回访）", secret: "对被反映方保密", consent: "同意为办理和回访使用该号码",
    nearby: "附近正在办理", nearbyHint: "如果是同一件事，点“我也遇到”即可，不必重复填写",
    also: "我也遇到", alsoDone: "已附议", near: "{m} 米 · {d} 天前 · {n} 人反映", likely: "很可能是同一件",
    needSomething: "请附照片或写几个字", needPlace: "请定位或填写地址", needConsent: "留下手机号须同意其用途",
  },
  done: {
    title: "已收下", offline: "已存在本机，联网后自动上传", code: "查询码", pass: "查询密码", kept: "已存在本机“进度”中，不必抄写", more: "再报一件", see: "看进度",
  },
  progress: {
    mine: "我上报的", none: "本机还没有上报记录", other: "用查询码查询", code: "查询码", pass: "查询密码", ask: "查询",
    number: "案件编号 {number}", replies: "给您的答复", told: "{at} 上报", steps: "办理经过",
  },
  survey: {
    title: "请您评价", about: "案件编号 {number}，{until} 前可评价", responded: "工作人员联系过我", solved: "问题解决了", satisfied: "满意程度",
    levels: { satisfied: "满意", mostly: "基本满意", unsatisfied: "不满意" }, comment: "想说的话（选填）", send: "提交评价",
    thanks: "谢谢，您的评价已记录", reopen: "没有解决，请重新办理", asked: "已请求重新办理，工作人员会核实",
  },
  mine: {
    title: "本机记录", none: "没有待上传的内容", waiting: "待上传", sent: "已上传", refused: "未通过", again: "重新提交", drop: "删除", photos: "{n} 张照片", now: "立即上传",
  },
  tasks: {
    map: "地图", list: "列表",
    title: "我的任务", none: "目前没有任务", verify: "核实", check: "核查", work: "办理", stale: "离线数据，更新于 {at}",
    distance: "{m} 米", kilometres: "{k} 公里", go: "导航", due: "{at} 前", late: "已超期", noDue: "无时限",
  },
  task: {
    verifyAsk: "现场情况是否属实？", checkAsk: "是否已经处置到位？", yesVerify: "属实", noVerify: "不属实", yesCheck: "通过", noCheck: "不通过",
    words: "现场说明", wordsNeeded: "不通过时请说明原因", photosNeeded: "通过须附现场照片", queued: "已记录，联网后自动上传", after: "现场照片", condition: "结案条件：{words}", gone: "这项任务已不在您名下，可能已办完或改派", noMoves: "现在没有需要您办理的操作", moves: "可以做的事",
    choose: "请选择", reload: "案件已被他人更新，请刷新后再办",
  },
  photo: {
    before: "处置前", after: "处置后", none: "还没有照片", nth: "{what}照片 {n}", noPlace: "照片没有位置", noTime: "照片没有时间", far: "距现场 {m} 米", at: "拍摄于 {at}",
  },
  patrol: { title: "巡查上报", track: "记录巡查轨迹", tracking: "正在记录，{n} 个点", stop: "结束并上传轨迹", trackTitle: "巡查轨迹 {n} 点" },
};
