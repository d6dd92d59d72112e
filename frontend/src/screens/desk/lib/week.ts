// SPDX-License-Identifier: Apache-2.0
/** A week from Monday to Sunday, by the city's days. */
import { OFFSET_H } from "@/zone";

export interface Day {
  start: Date;
  end: Date;
}
const AHEAD = OFFSET_H * 3_600_000;

/** Give the week of a moment, or one so many weeks later (earlier when negative). */
export function week(at: Date, later = 0): { start: Date; end: Date; days: Day[] } {
  const here = new Date(at.getTime() + AHEAD);
  const monday = here.getUTCDate() - ((here.getUTCDay() + 6) % 7) + later * 7;
  const midnight = (n: number) => new Date(Date.UTC(here.getUTCFullYear(), here.getUTCMonth(), monday + n) - AHEAD);
  const days = [0, 1, 2, 3, 4, 5, 6].map((n) => ({ start: midnight(n), end: midnight(n + 1) }));
  return { start: midnight(0), end: midnight(7), days };
}
