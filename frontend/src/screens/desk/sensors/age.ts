// SPDX-License-Identifier: Apache-2.0
/** How old something is, in the largest unit that still says something. Pure. */
const STEPS = [["days", 86_400], ["hours", 3_600], ["minutes", 60], ["seconds", 1]] as const;
export type Unit = (typeof STEPS)[number][0];

/** Two days and a bit are "2 days", 90 minutes are "90 minutes": a unit begins at two of it. */
export function ageOf(seconds: number): { unit: Unit; n: number } {
  const [unit, long] = STEPS.find(([, one]) => seconds >= 2 * one) ?? STEPS[3];
  return { unit, n: Math.floor(seconds / long) };
}

/** UCUM writes what it only quotes in braces. */
export const unitOf = (unit: string): string => unit.replace(/[{}]/g, "");

/** A value as people read it: up to five figures, no needless zeros. */
export const figure = (value: number | null): string => (value === null ? "—" : String(Number(value.toPrecision(5))));
