// SPDX-License-Identifier: Apache-2.0
export const wallZh = { title: "城市运行态势" };
