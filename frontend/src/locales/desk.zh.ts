// SPDX-License-Identifier: Apache-2.0
export const deskZh = { title: "工作台" };
