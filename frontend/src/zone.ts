// SPDX-License-Identifier: Apache-2.0
/** The city's time: deadlines and shifts are in it, wherever the reader's clock stands. */
export const ZONE = "Asia/Shanghai";
/** The same all year, in every Chinese city. */
export const OFFSET_H = 8;

/** Give the moment of a date and time typed as the city's (`2026-11-29T08:30`). Raises RangeError for none. */
export function typed(words: string): string {
  return new Date(Date.parse(`${words.slice(0, 16)}Z`) - OFFSET_H * 3_600_000).toISOString();
}
