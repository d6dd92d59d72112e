// SPDX-License-Identifier: Apache-2.0
/** Times on the wall, in the city's own zone and the screen's language. */
import { computed } from "vue";
import { useI18n } from "vue-i18n";

import { ZONE } from "@/zone";

export function useTimes() {
  const { locale } = useI18n();
  const language = computed(() => (locale.value === "en" ? "en-GB" : "zh-CN"));
  const write = (options: Intl.DateTimeFormatOptions) => computed(() => new Intl.DateTimeFormat(language.value, { timeZone: ZONE, ...options }));
  const day = write({ year: "numeric", month: "long", day: "numeric", weekday: "long" });
  const clock = write({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const moment = write({ month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const minute = write({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const told = (format: Intl.DateTimeFormat, at: number | string) => (at ? format.format(typeof at === "string" ? Date.parse(at) : at) : "—");
  return {
    dayOf: (at: number | string) => told(day.value, at),
    clockOf: (at: number | string) => told(clock.value, at),
    momentOf: (at: number | string) => told(moment.value, at),
    minuteOf: (at: number | string) => told(minute.value, at),
    count: (value: number, decimals = 0) => value.toLocaleString(language.value, { maximumFractionDigits: decimals }),
  };
}
