// SPDX-License-Identifier: Apache-2.0
/** The city's own layers on the maps of the desk: which there are for this person, which this browser shows, what is in them. */
import { defineStore } from "pinia";
import { computed, ref, shallowReactive, shallowRef } from "vue";
import type { FeatureCollection } from "geojson";

import { desk, told } from "@/api/client";
import type { components } from "@/api/made/desk";
import type { Box } from "@/map";
import { seenOn } from "@/map/palette";
import { middleOf } from "@/map/points";
import { useTheme } from "@/stores/theme";

type Schemas = components["schemas"];
export type Layer = Schemas["LayerInfo"];
type Held = { features: Schemas["ShapeShown"][]; whole: boolean };
const KEPT = "tongguan.layers";
const MOST_TOLD = 4;
const MOST_NAMES = 50;

/** What this browser showed last; anything else that stands there is nothing. */
function kept(): number[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => Number.isInteger(one)) : [];
  } catch {
    return [];
  }
}
/** What the pointer is told: the name, then the first few words of the file. */
function note(one: Schemas["ShapeShown"]): string {
  const { title, told: words } = one.properties;
  const lines = Object.entries(words).filter(([, value]) => ["string", "number"].includes(typeof value) && value !== "" && value !== title).slice(0, MOST_TOLD);
  return [title, ...lines.map(([name, value]) => `${name}：${value}`)].filter(Boolean).join("\n");
}

export const useLayers = defineStore("desk-layers", () => {
  const theme = useTheme();
  const layers = shallowRef<Layer[]>([]);
  const chosen = ref<number[]>(kept());
  const held = shallowReactive<Record<number, Held>>({});
  const failed = ref("");
  const asked: Record<number, number> = {};
  let box: Box | undefined;

  const shown = computed(() => layers.value.filter((one) => chosen.value.includes(one.id)));
  const colourOf = (one: Layer) => seenOn(theme.theme, one.colour);
  const overlays = computed(() => shown.value.filter((one) => held[one.id]).map((one) => ({ id: `own-${one.id}`, name: one.name, colour: colourOf(one), data: collection(held[one.id]!) })));
  const collection = (own: Held): FeatureCollection => ({
    type: "FeatureCollection",
    features: own.features.map((one) => ({ type: "Feature", geometry: one.geometry as unknown as FeatureCollection["features"][0]["geometry"], properties: { key: one.id, title: one.properties.title, note: note(one) } })),
  });
  /** The first names of a layer with their places: the map is never the only way. */
  const namesOf = (id: number) => (held[id]?.features ?? []).slice(0, MOST_NAMES).flatMap((one) => {
    const at = middleOf(one.geometry as unknown as FeatureCollection["features"][0]["geometry"]);
    return at && one.properties.title ? [{ key: one.id, title: one.properties.title, ...at }] : [];
  });

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      failed.value = "";
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
    }
  }
  /** Read which layers there are, and what is in those that are shown. */
  const load = () => attempt(async () => {
    layers.value = await told(desk.GET("/api/desk/map/layers"));
    await Promise.all(shown.value.filter((one) => !held[one.id]).map((one) => read(one.id)));
  });
  /** Read a layer: all of it, or where that is too much what lies in the part that is looked at. */
  async function read(id: number): Promise<void> {
    const mine = (asked[id] = (asked[id] ?? 0) + 1);
    const view = held[id]?.whole === false && box ? box.map((edge) => edge.toFixed(5)).join(",") : "";
    const found = await told(desk.GET("/api/desk/map/layers/{layer_id}", { params: { path: { layer_id: id }, query: { view } } }));
    if (mine !== asked[id]) return; // a later question is already on its way
    held[id] = { features: found.features, whole: view ? false : found.whole };
    if (!view && !found.whole && box) await read(id);
  }
  async function toggle(id: number): Promise<void> {
    chosen.value = chosen.value.includes(id) ? chosen.value.filter((one) => one !== id) : [...chosen.value, id];
    localStorage.setItem(KEPT, JSON.stringify(chosen.value));
    if (chosen.value.includes(id) && !held[id]) await attempt(() => read(id));
  }
  /** The map was moved: layers that are not here as a whole are read anew for what is seen now. */
  function look(next: Box): void {
    box = next;
    for (const one of shown.value) if (held[one.id]?.whole === false) void attempt(() => read(one.id));
  }
  return { layers, chosen, shown, overlays, failed, colourOf, namesOf, load, toggle, look };
});
