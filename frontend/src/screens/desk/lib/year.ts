// SPDX-License-Identifier: Apache-2.0
/** A year's days as twelve months, each beginning under its weekday (Monday first). */
export interface Month<Day> {
  skip: number;
  days: Day[];
}

export function months<Day extends { date: string }>(days: readonly Day[]): Month<Day>[] {
  const found: Month<Day>[] = [];
  for (const day of days) {
    const month = Number(day.date.slice(5, 7)) - 1;
    found[month] ??= { skip: (new Date(`${day.date}T00:00:00Z`).getUTCDay() + 6) % 7, days: [] };
    found[month].days.push(day);
  }
  return found;
}
