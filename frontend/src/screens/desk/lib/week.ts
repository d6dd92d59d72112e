// SPDX-License-Identifier: Apache-2.0
/** A week from Monday to Sunday, by the local days of whoever looks. */
export interface Day {
  start: Date;
  end: Date;
}

/** Give the week of a moment, or one so many weeks later (earlier when negative). */
export function week(at: Date, later = 0): { start: Date; end: Date; days: Day[] } {
  const monday = at.getDate() - ((at.getDay() + 6) % 7) + later * 7;
  const midnight = (n: number) => new Date(at.getFullYear(), at.getMonth(), monday + n);
  const days = [0, 1, 2, 3, 4, 5, 6].map((n) => ({ start: midnight(n), end: midnight(n + 1) }));
  return { start: midnight(0), end: midnight(7), days };
}
