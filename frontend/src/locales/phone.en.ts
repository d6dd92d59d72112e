// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { phoneZh } from "./phone.zh";

export const phoneEn: Same<typeof phoneZh> = { title: "Snap and report" };
