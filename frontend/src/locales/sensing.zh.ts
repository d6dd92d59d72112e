// SPDX-License-Identifier: Apache-2.0
/** Words of the pages about devices, what they cover, rules over their readings, networks and leaks. */
export const sensingZh = {
  streams: {
    title: "感知设备", caption: "已登记的数据流及最新读数", find: "按设备、监测点、指标查找", kind: "监测点类别", property: "观测指标", every: "全部", all: "全部指标", none: "没有符合条件的设备。", empty: "还没有登记的设备，可在下方导入。",
    thing: "监测点", observed: "指标", newest: "最新读数", age: "距今", quality: "质量", device: "设备", division: "区划",
    away: "读数服务暂时无法访问，只显示登记信息。", never: "从未上报", late: "逾期未报", off: "已停用", good: "正常",
    ages: { seconds: "{n} 秒", minutes: "{n} 分钟", hours: "{n} 小时", days: "{n} 天" },
    flags: { late: "迟到", ahead: "时钟超前", repeated: "重复", out_of_order: "乱序", out_of_range: "超量程", not_a_number: "非数值", wrong_unit: "单位不符", stuck: "疑似停滞", flood: "过频", tampered: "疑似篡改", backfilled: "补录" },
    choose: "选择一条数据流查看曲线。", spans: { day: "一天", week: "一周", year: "一年" }, span: "时间跨度", course: "{name}，最低 {low}，最高 {high} {unit}", noCourse: "这段时间没有读数。",
    exact: "逐条读数", summed: "按 {n} 汇总", broken: "{n} 处中断", flagged: "{n} 处有质量标记", range: "量程 {low} 至 {high} {unit}", noRange: "未登记量程", interval: "每 {n} 秒一次", noInterval: "未登记上报间隔", asTable: "以表格显示", at: "时间", low: "最低", mean: "平均", high: "最高", model: "型号", maker: "厂商", key: "键",
    strangers: "待登记设备", strangersHint: "这些设备已在上报，尚未登记；登记后，保留的消息会重新读入。", noStrangers: "没有待登记的设备。", broker: "消息服务器", told: "上报次数", first: "首次", last: "最近",
    take: "导入设备", takeHint: "CSV 首行为列名，至少含 thing（监测点编码）与 observed（指标代码）；也可用 JSON。", file: "文件（CSV 或 JSON）", crs: "坐标系", send: "导入", taken: "共 {rows} 行：新增 {created}，更新 {updated}，未收下 {refused}。", line: "第 {n} 行", mistakes: "未收下的行",
  },
  watch: {
    title: "监测规则", caption: "监测规则", find: "按代码或名称查找", none: "没有符合条件的规则。", empty: "还没有监测规则。", state: "状态", everyState: "全部状态", states: { draft: "草案", rehearsed: "已试算", in_force: "在用", retired: "已停用" },
    name: "规则", detector: "检测方法", where: "区划", unset: "{n} 项待设定", version: "第 {n} 版", versions: "各版本", choose: "选择一条规则查看限值、来源和试算结果。", since: "{at} 起启用", until: "{at} 停用", by: "{who} 编写于 {at}", reason: "理由",
    parameter: "参数", value: "取值", source: "来源", confidence: "把握", toSet: "待设定", confidences: { high: "高", medium: "中", low: "低", own: "本地经验", unknown: "未知" }, byDefault: "默认 {value}", watched: "监测对象", tellsFrom: "{grade}及以上上报为案件", tellsNone: "不上报", grades: { 1: "蓝色", 2: "黄色", 3: "橙色", 4: "红色" },
    diff: "与第 {n} 版相比", same: "与上一版没有差别。", rehearse: "试算近 30 天", rehearsing: "正在用近 30 天读数试算…", would: "若按此版，{from} 至 {to}会报", alarms: "{n} 条预警", judged: "读数 {readings} 条，数据流 {streams} 条，对象 {subjects} 个", before: "现行第 {version} 版同期：{n} 条", book: "其间已判真 {t} 条、误报 {f} 条；此版会再报 {rt} 条、{rf} 条", perDay: "逐日预警数", most: "最多的对象", day: "日期", count: "预警",
    readOnly: "由{where}的值班长、系统管理员或考核员管理，您只能查看。", on: "启用", off: "停用", onNote: "启用后替换现行版本。", next: "编写下一版", nextNote: "留空的取值为待设定；每个限值请写来源和把握。", save: "存为草案", saved: "已存为第 {n} 版草案",
  },
  pipes: {
    title: "管网", none: "本区划内还没有导入管网。", which: "管网", map: "管网图，点击管段查看关阀方案", partly: "管段较多，只显示前 5,000 段。", find: "按管段或节点编号查找", edges: "管段", edge: "管段", ends: "起止", length: "长度", diameter: "管径", metres: "{n} 米", shut: "关阀方案", up: "上游", down: "下游", gas: "燃气扩散",
    valves: "应关阀门", noValves: "没有可关的阀门", users: "停供用户", nobody: "无", beyond: "另有 {n} 个在外区", cut: "随之隔离的管段", incomplete: "只关阀不能完全隔离", stuck: "这个阀门关不上", choose: "在图上点管段，或在表中选择。", met: "{node} 的{way}：共 {n} 个节点", spread: "自 {node} 泄漏，燃气可能聚集处", nowhere: "近处没有相邻的地下空间。", near: "{n} 米", likely: "可能性 {n}%", from: "从节点", own: "本区划 {n} 个节点",
    layers: { pipes: "管段", cut: "隔离", without: "停供", valve: "应关阀门", met: "追踪与扩散" },
  },
  leaks: {
    title: "漏损定位", hint: "按水力模型每日核对测点读数，判断哪里在漏、漏多少、从哪天起；判断只是依据，开挖前请现场听音核实。", none: "还没有监视的管网", watches: "监视的管网", standing: "{n} 处在漏", dry: "没有漏点", heard: "已判 {n} 天，最近 {at}", unread: "{n} 天未读全", learning: "还要 {n} 天学习平常状况", notYet: "还没有判断过，每天零点后判断前一天。", learnsStill: "正在学习平常状况，还要 {n} 天读全的日子。", noLeak: "没有判断出漏点。",
    map: "管网图，点击漏点查看", layers: { pipes: "管段", gauges: "测点", others: "其他可能的位置", doubt: "漏点可能范围", over: "不再漏的" }, at: "{node}：约 {flow} L/s", kinds: { pressure: "压力", inflow: "流量", meter: "用户水表", level: "水池液位" }, gauges: "测点（{n} 个）",
    list: "漏点", place: "节点", flow: "漏量 L/s", since: "起漏", told: "报出", sure: "把握", follow: "去向", alarm: "预警", case: "案件 · {state}", ended: "{at} 起不再漏", runs: "在漏", grows: "在漏，逐渐增大", surety: { high: "很有把握", good: "有把握", fair: "大致有把握", open: "位置未定" },
    about: "节点 {node} 附近", says: "{mass} 的可能在沿管 {near} 米以内；图上圆圈半径 {radius} 米，漏点有 {share} 的可能在圈内（{at} 的判断）。", here: "{mass} 的可能在沿管 {near} 米以内，{share} 以上的可能就在这个节点（{at} 的判断）。", moved: "预警所写的位置是节点 {node}，后来的读数更偏向这里。", others: "其他可能的位置", other: "可能性 {chance}，相距 {n} 米", nowhereElse: "其他节点的可能性都不到 1%。",
    course: "逐日情况", shows: "显示内容", which: { flow: "漏量", evidence: "证据", off: "测点偏差" }, gauge: "测点", unit: "单位 {unit}", day: "日期", reading: "读数", readWhole: "读全", notWhole: "未读全", noCourse: "还没有可以画出的日子。", allRead: "这些天都读全了。", missed: "{n} 天未读全，不参与判断：最近 {days}。",
    plots: { flow: "节点 {node} 附近的漏量", evidence: "每天的读数在多大程度上说明还有一处未知的漏点；达到 100%（虚线）且位置有把握时报出", off: "测点 {gauge} 的读数与模型之差，减去平常的差" },
    begin: { needs: "需要：供水管网的 EPANET 模型、至少 3 个压力测点和进水流量（已登记并有读数）。由系统管理员在服务器上输入：", network: "导入管网：", file: "老城", name: "老城供水", table: "写一张测点表（CSV）：", rows: "类别,位置,数据流\n压力,J12,P-J12/water.water_pressure\n流量,IN,F-1/water.water_flow", watch: "开始监视：", gauges: "测点", then: "头 7 个读全的日子用于学习平常状况，此后每天判断一次；已有的读数会从 90 天前补起。" },
  },
  cover: {
    title: "覆盖分析", hint: "哪里没有传感器，哪里重复布设，哪些杆件已多感共杆、哪些可以合并（一杆多感）。作用半径随设备和布设要求而定，请自行填写。", noSensors: "本区划内还没有登记的传感器，可在“感知设备”中导入。", choose: "选好区划和指标，填写作用半径后分析。",
    division: "区划", property: "观测指标", radius: "作用半径（米）", class: "对照部件", noClass: "不对照", kind: "杆件类别", everyKind: "全部", within: "可合并距离（米）", ask: "分析", figures: "结果", share: "覆盖率", sensors: "传感器", cells: "格数", of: "{n} / {all}", bare: "未装传感器的监测点", onMap: "图上显示", map: "覆盖分析图",
    times: "重复覆盖次数", coveredBy: "覆盖情况", by: "{n} 个传感器", part: "占比", tables: "明细", where: "位置", what: "说明", see: "在图上看", carries: "{n} 台设备：{what}", apart: "相距 {n} 米", first: "只列出前 {n} 行。",
    layers: { gaps: "空白格", overlaps: "重叠格", spots: "传感器", without: "无覆盖部件", shared: "多感共杆", pairs: "可合并的杆" },
    none: { gaps: "没有空白格，本区划已全部覆盖。", overlaps: "没有重叠格。", without: "这类部件都在覆盖范围内，或本区划没有这类部件。", uncounted: "没有选择对照部件。", shared: "没有装了多台设备的杆件。", pairs: "这个距离内没有可合并的杆件。" },
  },
};
