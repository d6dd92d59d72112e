// SPDX-License-Identifier: Apache-2.0
/** What one version of a rule says otherwise than another, line by line. Pure. */
import type { components } from "@/api/made/desk";

export type Rule = components["schemas"]["WatchRuleShown"];
export interface Setting {
  value: number | string | null;
  source: string;
  confidence: "high" | "medium" | "low" | "own" | "unknown";
}
export interface Difference {
  name: string;
  old: string;
  new: string;
}

export const settingsOf = (rule: Rule): Record<string, Setting> => rule.settings as Record<string, Setting>;
const worded = (one: Setting | undefined, unset: string): string => (one ? [one.value ?? unset, one.source].filter((word) => word !== "").join(" · ") : "");

/** Give the differences of settings, scope and the rest; `unset` is the word for a value that is to be set. */
export function differences(older: Rule, newer: Rule, unset: string): Difference[] {
  const [was, is] = [settingsOf(older), settingsOf(newer)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const settings = names.map((name) => ({ name, old: worded(was[name], unset), new: worded(is[name], unset) }));
  const others = (["zh", "detector", "scope", "division", "owners", "item_code", "tells_from", "source"] as const).map((name) => ({ name, old: plain(older[name]), new: plain(newer[name]) }));
  return [...settings, ...others].filter((one) => one.old !== one.new);
}

const plain = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
