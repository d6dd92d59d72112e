// SPDX-License-Identifier: Apache-2.0
/** Times and distances in the reader's language. */
import { locale } from "@/locales";
import { ZONE } from "@/zone";

/** A moment as month, day, hour and minute in the city's time. */
export function moment(text: string): string {
  return new Intl.DateTimeFormat(locale() === "en" ? "en-GB" : "zh-CN", {
    month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE,
  }).format(new Date(text));
}
