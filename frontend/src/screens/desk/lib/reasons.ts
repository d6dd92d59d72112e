// SPDX-License-Identifier: Apache-2.0
/** Cases that were left out of a bulk move, put together by why. */

/** One reason with the cases it holds for; `more` of them are not named. */
export interface Reason {
  why: string;
  cases: string[];
  more: number;
}

/** Give the reasons, the commonest first; `counts` may know of more cases than are named. */
export function byReason(named: readonly { id: string; why: string }[], counts: Record<string, number> = {}): Reason[] {
  const found = new Map<string, string[]>(Object.keys(counts).map((why) => [why, []]));
  for (const { id, why } of named) found.set(why, [...(found.get(why) ?? []), id]);
  const reasons = [...found].map(([why, cases]) => ({ why, cases, more: Math.max(0, (counts[why] ?? 0) - cases.length) }));
  return reasons.sort((a, b) => b.cases.length + b.more - a.cases.length - a.more);
}
