// SPDX-License-Identifier: Apache-2.0
/** Words of the screens: Chinese is the source, English must have the same keys (a missing one does not compile). */
import { createI18n } from "vue-i18n";

import { en, type Same } from "./en";
import { zh } from "./zh";

export type Locale = "zh" | "en";
const KEPT = "tongguan.locale";
const kept = localStorage.getItem(KEPT);

export const i18n = createI18n({
  legacy: false,
  locale: kept === "en" ? "en" : "zh",
  fallbackLocale: "zh",
  messages: { zh, en },
});

/** Add the words of a part of the screens; `./parts/…` does so where they are used, so that a phone loads none of the desk's. */
export function teach<T extends object>(part: string, inChinese: T, inEnglish: Same<T>): void {
  i18n.global.mergeLocaleMessage("zh", { [part]: inChinese });
  i18n.global.mergeLocaleMessage("en", { [part]: inEnglish });
}

export const locale = (): Locale => i18n.global.locale.value as Locale;

export function chooseLocale(next: Locale): void {
  i18n.global.locale.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next === "en" ? "en" : "zh-CN";
}
