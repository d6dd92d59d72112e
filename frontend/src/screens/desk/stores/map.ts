// SPDX-License-Identifier: Apache-2.0
/** The cases of the queue's filter on the map: all of them, or clusters of the part that is looked at. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { desk, told } from "@/api/client";
import { lastAsked } from "@/api/lastasked";
import type { Box, MapPoint } from "@/map";
import { useCases } from "./cases";

export const useCaseMap = defineStore("desk-map", () => {
  const points = shallowRef<MapPoint[]>([]);
  const whole = ref(true);
  const failed = ref("");
  const box = shallowRef<Box>();
  let zoom = 10;
  const turn = lastAsked();

  async function load(): Promise<void> {
    const still = turn();
    const view = box.value?.map((edge) => edge.toFixed(5)).join(",") ?? "";
    try {
      const found = await told(desk.GET("/api/desk/map/cases", { params: { query: { ...useCases().reading.narrow, view, zoom } } }));
      if (!still()) return; // a later question is already on its way
      points.value = found.features.map(({ id, geometry, properties: { title, mark, n, late } }): MapPoint => ({ id, lon: geometry.coordinates[0]!, lat: geometry.coordinates[1]!, title, state: mark, n, late }));
      whole.value = found.whole;
      failed.value = "";
    } catch (error) {
      if (still()) failed.value = error instanceof Error ? error.message : String(error);
    }
  }
  /** The map was moved: a set that is whole stays, clusters are counted anew. */
  function look(next: { box: Box; zoom: number }): void {
    box.value = next.box;
    zoom = next.zoom;
    if (!whole.value) void load();
  }
  return { points, whole, failed, box, load, look };
});
