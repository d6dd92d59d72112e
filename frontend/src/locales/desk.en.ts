// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { deskZh } from "./desk.zh";

export const deskEn: Same<typeof deskZh> = { title: "Desk" };
