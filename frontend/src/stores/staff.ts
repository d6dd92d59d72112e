// SPDX-License-Identifier: Apache-2.0
/** Who works with this phone, and their tasks; both are remembered for times without a network. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { desk, field, keepCsrf, told } from "@/api/client";
import type { components } from "@/api/made/desk";
import type { components as FieldParts } from "@/api/made/field";
import { note, putNote } from "@/stores/kept";

type Me = components["schemas"]["Me"];
type FieldTask = FieldParts["schemas"]["TaskShown"];
type WorkTask = components["schemas"]["TaskShown"];

/** A task as the phone lists it: a collector's (verify, check) or a handler's (work). */
export interface Task {
  id: string;
  kind: "verify" | "check" | "work";
  title: string;
  number: string;
  address: string;
  lon: number | null;
  lat: number | null;
  due_at: string | null;
  version: number;
  case_state: string;
}

const ofField = (one: FieldTask): Task => ({
  id: one.case_id, kind: one.kind === "verify" ? "verify" : "check", title: one.title, number: one.number, address: one.address,
  lon: one.lon ?? null, lat: one.lat ?? null, due_at: one.due_at ?? null, version: one.version, case_state: "",
});
const ofWork = ({ case: row, due_at }: WorkTask): Task => ({
  id: row.id, kind: "work", title: row.title, number: row.number, address: row.address, lon: row.lon ?? null, lat: row.lat ?? null,
  due_at: due_at ?? null, version: row.version, case_state: row.state_name,
});

export const useStaff = defineStore("staff", () => {
  const me = ref<Me>();
  const tasks = ref<Task[]>([]);
  const asOf = ref("");
  const fresh = ref(false);
  const who = computed(() => (me.value ? `user:${me.value.id}` : ""));
  const isCollector = computed(() => me.value?.posts.includes("collector") ?? false);

  /** Find out who is signed in; without a network, who it was last. */
  async function load(): Promise<void> {
    const signedIn = document.getElementById("app")?.dataset.signedIn === "yes";
    if (navigator.onLine && !signedIn) return;
    try {
      me.value = await told(desk.GET("/api/desk/session"));
      keepCsrf(me.value.csrf);
      await putNote("me", JSON.parse(JSON.stringify(me.value)));
    } catch {
      me.value = navigator.onLine ? undefined : await note<Me>("me");
      if (me.value) keepCsrf(me.value.csrf);
    }
  }

  async function loadTasks(): Promise<void> {
    const kept = await note<{ who: string; at: string; tasks: Task[] }>("tasks");
    if (kept?.who === who.value) [tasks.value, asOf.value] = [kept.tasks, kept.at];
    try {
      const found = isCollector.value
        ? (await told(field.POST("/api/field/tasks", { body: { known: [] } }))).changed.map(ofField)
        : (await told(desk.GET("/api/desk/tasks", { params: { query: { limit: 200 } } }))).map(ofWork);
      [tasks.value, asOf.value, fresh.value] = [found, new Date().toISOString(), true];
      await putNote("tasks", { who: who.value, at: asOf.value, tasks: JSON.parse(JSON.stringify(found)) });
    } catch {
      fresh.value = false;
    }
  }
  return { me, who, isCollector, tasks, asOf, fresh, load, loadTasks };
});
