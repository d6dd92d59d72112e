// SPDX-License-Identifier: Apache-2.0
export const mapZh = {
  name: "{city}地图", planTold: "示意图，共 {n} 个点", asList: "以列表显示", review: "审图号：{number}", tools: "地图工具",
  noWebgl: "本设备的浏览器不支持 WebGL，改以示意图显示。", noFile: "底图暂时无法读取，改以示意图显示。",
  in: "放大", out: "缩小", fit: "全部", fitHint: "显示全部内容", raisedHint: "立体建筑", underground: "管网", undergroundHint: "透过地面看地下管网", grids: "网格", gridsHint: "单元网格边界",
  lasso: "圈选", lassoHint: "按住并画出范围，松开即筛选；Esc 取消", view: "视野", viewHint: "只看当前视野内的案件", centre: "取十字处",
  own: "图层", ownNames: "要素名称", ownGo: "在地图上看{name}",
  pipes: { water: "供水", drain: "排水", gas: "燃气", power: "电缆" },
};
