// SPDX-License-Identifier: Apache-2.0
/** A stream's past and next hours as lines of one chart. Pure. */

export interface Hour {
  at: string;
  value: number;
  low: number;
  high: number;
}

export interface Lines {
  labels: string[];
  past: (number | null)[];
  ahead: (number | null)[];
  band: { low: number[]; high: number[]; offset: number };
}

/** Put past and next hours side by side; the line of what is expected begins at the last value read. */
export function foreseen(past: readonly { at: string; value: number | null }[], ahead: readonly Hour[], named: (at: string) => string): Lines {
  const joint = past.at(-1)?.value ?? null;
  return {
    labels: [...past, ...ahead].map((one) => named(one.at)),
    past: [...past.map((one) => one.value), ...ahead.map(() => null)],
    ahead: [...past.map((_, n) => (n === past.length - 1 ? joint : null)), ...ahead.map((one) => one.value)],
    band: { low: ahead.map((one) => one.low), high: ahead.map((one) => one.high), offset: past.length },
  };
}

/** Give a value as people read it: whole from a hundred on, else three digits. */
export function rounded(value: number | null): string {
  if (value === null) return "—";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("zh-CN") : String(Number(value.toPrecision(3)));
}
