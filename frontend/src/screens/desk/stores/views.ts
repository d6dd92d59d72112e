// SPDX-License-Identifier: Apache-2.0
/** Saved views: kept at the server, one's own or the unit's, each with its live count. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { desk, told } from "@/api/client";
import type { components } from "@/api/made/desk";
import { known } from "../lib/places";
import { read } from "../lib/tokens";
import type { Order } from "./cases";

export type View = components["schemas"]["ViewShown"];
/** Where a device kept its views before the server did. */
const DEVICE = "tongguan.desk.views";

interface Old {
  name: string;
  line: string;
}
function onDevice(): Old[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(DEVICE) ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is Old => typeof one?.name === "string" && typeof one?.line === "string") : [];
  } catch {
    return []; // somebody else's words under our name
  }
}

export const useViews = defineStore("desk-views", () => {
  const views = shallowRef<View[]>([]);
  const moved = ref(false);

  async function load(): Promise<void> {
    if (!moved.value) await move();
    views.value = await told(desk.GET("/api/desk/views"));
  }
  /** Keep a line under a name; one's own of that name is replaced. */
  async function put(name: string, line: string, order: Order, shared: boolean): Promise<void> {
    await desk.POST("/api/desk/views", { body: { name, line, narrow: read(line, known).narrow, order, shared } } as never);
  }
  async function save(name: string, line: string, order: Order, shared = false): Promise<void> {
    await put(name, line, order, shared);
    await load();
  }
  async function drop(id: string): Promise<void> {
    await desk.POST("/api/desk/views/{view_id}/removal", { params: { path: { view_id: id } } });
    await load();
  }

  /** Bring the device's views to the server, once; a name the person has there already stays as it is there. */
  async function move(): Promise<void> {
    moved.value = true;
    const old = onDevice();
    if (!old.length) return;
    const taken = new Set((await told(desk.GET("/api/desk/views"))).filter((view) => view.mine).map((view) => view.name));
    for (const { name, line } of old) if (!taken.has(name.slice(0, 20))) await put(name.slice(0, 20), line, "newest", false);
    localStorage.removeItem(DEVICE);
  }
  return { views, load, save, drop };
});
