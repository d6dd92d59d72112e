// SPDX-License-Identifier: Apache-2.0
/** Saved views: a name and a search line, kept on this device, each with its live count. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { desk, told } from "@/api/client";
import { known } from "../lib/places";
import { read } from "../lib/tokens";

export interface View {
  name: string;
  line: string;
}
const KEPT = "tongguan.desk.views";

function kept(): View[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]") as View[];
  } catch {
    return []; // somebody else's words under our name: start anew
  }
}

export const useViews = defineStore("desk-views", () => {
  const views = ref<View[]>(kept());
  const counts = ref<Record<string, number>>({});

  function keep(next: View[]): void {
    views.value = next;
    localStorage.setItem(KEPT, JSON.stringify(next));
  }
  const save = (name: string, line: string) => keep([...views.value.filter((view) => view.name !== name), { name, line }]);
  const drop = (name: string) => keep(views.value.filter((view) => view.name !== name));

  /** Count every given line: one small question each. */
  async function count(lines: readonly string[]): Promise<void> {
    const found = await Promise.all(lines.map(async (line) => {
      const query = { ...read(line, known).narrow, limit: 1 };
      return [line, (await told(desk.GET("/api/desk/cases", { params: { query } }))).total ?? 0] as const;
    }));
    counts.value = Object.fromEntries(found);
  }
  return { views, counts, save, drop, count };
});
