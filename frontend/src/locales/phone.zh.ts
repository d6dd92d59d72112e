// SPDX-License-Identifier: Apache-2.0
export const phoneZh = { title: "随手拍" };
