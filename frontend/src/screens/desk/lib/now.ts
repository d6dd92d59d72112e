// SPDX-License-Identifier: Apache-2.0
/** The present time for everything that counts down, and times in words of the chosen language. */
import { ref } from "vue";

import { locale } from "@/locales";
import { ZONE } from "@/zone";

const EVERY = 20_000;
export const now = ref(Date.now());
window.setInterval(() => (now.value = Date.now()), EVERY);

const TAG = { zh: "zh-CN", en: "en-GB" } as const;

/** A moment in the city's time, short: today's as a time of day, this year's without the year. */
export function moment(at: string | null | undefined): string {
  if (!at) return "—";
  const [year, month, day] = date(at);
  const today = date(now.value);
  const time = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE } as const;
  if (year === today[0] && month === today[1] && day === today[2]) return new Date(at).toLocaleTimeString(TAG[locale()], time);
  const years = year === today[0] ? {} : ({ year: "numeric" } as const);
  return new Date(at).toLocaleString(TAG[locale()], { ...years, month: "2-digit", day: "2-digit", ...time });
}

/** The day of a moment in the city's time, without the year. */
export const day = (at: string): string => new Date(at).toLocaleDateString(TAG[locale()], { month: "2-digit", day: "2-digit", timeZone: ZONE });

/** The day of a moment in the city's time, with the year. */
export const dated = (at: string): string => new Date(at).toLocaleDateString(TAG[locale()], { year: "numeric", month: "2-digit", day: "2-digit", timeZone: ZONE });

function date(at: string | number): string[] {
  return new Date(at).toLocaleDateString("en-CA", { timeZone: ZONE }).split("-");
}

/** A moment in the city's time as `2026-09-01 15:00`, for the axis of a chart. */
export const stamp = (at: string): string => new Date(at).toLocaleString("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZone: ZONE });
