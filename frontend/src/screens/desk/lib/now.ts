// SPDX-License-Identifier: Apache-2.0
/** The present time for everything that counts down, and times in words of the chosen language. */
import { ref } from "vue";

import { locale } from "@/locales";

const EVERY = 20_000;
export const now = ref(Date.now());
window.setInterval(() => (now.value = Date.now()), EVERY);

const TAG = { zh: "zh-CN", en: "en-GB" } as const;

/** A moment, short: today's as a time of day, this year's without the year. */
export function moment(at: string | null | undefined): string {
  if (!at) return "—";
  const day = new Date(at);
  const today = new Date(now.value);
  const time = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
  if (day.toDateString() === today.toDateString()) return day.toLocaleTimeString(TAG[locale()], time);
  const year = day.getFullYear() === today.getFullYear() ? {} : ({ year: "numeric" } as const);
  return day.toLocaleString(TAG[locale()], { ...year, month: "2-digit", day: "2-digit", ...time });
}
