// SPDX-License-Identifier: Apache-2.0
/** The open cases of a full city: asked for the part that is looked at, as the desk does, so that none is left out. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";

import { desk, told } from "@/api/client";
import { lastAsked } from "@/api/lastasked";
import type { Box, MapPoint } from "@/map";

/** All cases of a city are much to read: at most once in so long, however much happens. */
export const REST_MS = 15_000;

/** `clustered`: whether the wall's own points stand for several cases; `at`: when they were counted. */
export function useCrowd(clustered: Ref<boolean>, at: Ref<number>) {
  const points = shallowRef<MapPoint[]>();
  const whole = ref(false);
  let view: { box: Box; zoom: number } | undefined;
  const turn = lastAsked();
  let last = 0;
  let timer = 0;

  async function load(): Promise<void> {
    if (!view || !clustered.value) return;
    const still = turn();
    last = Date.now();
    try {
      const query = { open: true, view: view.box.map((edge) => edge.toFixed(5)).join(","), zoom: view.zoom };
      const found = await told(desk.GET("/api/desk/map/cases", { params: { query } }));
      if (!still()) return; // a later question is already on its way
      points.value = found.features.map(({ id, geometry, properties: { title, mark, n, late } }): MapPoint => ({ id, lon: geometry.coordinates[0]!, lat: geometry.coordinates[1]!, title, state: mark, n, late }));
      whole.value = found.whole;
    } catch {
      if (still()) points.value = undefined; // the wall's own points stand for all of them
    }
  }
  function soon(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void load(), Math.max(0, last + REST_MS - Date.now()));
  }
  /** The map was moved: a set that is whole stays, clusters are counted anew. */
  function look(next: { box: Box; zoom: number }): void {
    view = next;
    if (!whole.value) void load();
  }
  watch(at, () => clustered.value && soon());
  watch(clustered, (now) => { if (!now) { points.value = undefined; whole.value = false; } });
  onScopeDispose(() => window.clearTimeout(timer));
  return { points, look };
}
