// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { wallZh } from "./wall.zh";

export const wallEn: Same<typeof wallZh> = { title: "City in operation" };
