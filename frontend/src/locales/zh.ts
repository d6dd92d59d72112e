// SPDX-License-Identifier: Apache-2.0
export const zh = {
  common: { undo: "撤销", close: "关闭", save: "保存", cancel: "取消", more: "更多", loading: "正在读取…", none: "暂无内容", retry: "重试", theme: "深色", language: "English", live: "实时", lost: "连接中断，正在重连" },
  missing: { title: "没有这个页面", desk: "回到工作台" },
};
