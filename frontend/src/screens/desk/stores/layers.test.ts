// SPDX-License-Identifier: Apache-2.0
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { PALETTES, contrast } from "@/map/palette";
import { useTheme } from "@/stores/theme";
import { useLayers } from "./layers";

const LAYERS = [{ id: 1, name: "消火栓", colour: "#7a4fbf" }, { id: 2, name: "积水点", colour: "#101010" }].map((one) => ({ ...one, crs: "WGS84", changed_at: "", features: 1 }));
const feature = (id: string, title: string, told: object = {}) => ({ type: "Feature", id, geometry: { type: "LineString", coordinates: [[121, 31], [121.2, 31.1]] }, properties: { title, told } });
let asked: string[] = [];
let whole = true;

function stage(): ReturnType<typeof useLayers> {
  setActivePinia(createPinia());
  return useLayers();
}
beforeEach(() => {
  localStorage.clear();
  asked = [];
  whole = true;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(pathname.replace("/api/desk/map/layers", "") + (searchParams.get("view") ? `?${searchParams.get("view")}` : ""));
    const answer = pathname.endsWith("/layers") ? LAYERS : { type: "FeatureCollection", whole, features: [feature("7", "人民路", { 口径: 150, 名称: "人民路", 空: "" })] };
    return new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

it("reads a layer when it is first shown, and this browser shows it again", async () => {
  const store = stage();
  await store.load();
  expect([store.overlays, asked]).toEqual([[], [""]]);
  await store.toggle(1);
  await store.toggle(1);
  await store.toggle(1);
  expect(asked).toEqual(["", "/1"]);
  expect(store.overlays[0]?.data.features[0]?.properties).toEqual({ key: "7", title: "人民路", note: "人民路\n口径：150" });
  expect(store.namesOf(1)[0]).toMatchObject({ title: "人民路", lon: 121.1, lat: 31.05 });
  const again = stage();
  await again.load();
  expect(again.overlays.map((one) => one.name)).toEqual(["消火栓"]);
});

it("shows nothing for what this browser kept of another city, or what is no list", async () => {
  localStorage.setItem("tongguan.layers", "[99]");
  const store = stage();
  await store.load();
  expect([store.overlays, asked]).toEqual([[], [""]]);
  localStorage.setItem("tongguan.layers", "{");
  expect(stage().chosen).toEqual([]);
});

it("asks for the part that is looked at where a layer is too much as a whole", async () => {
  whole = false;
  const store = stage();
  await store.load();
  store.look([121, 30, 122, 31]);
  await store.toggle(1);
  store.look([121.5, 30, 122, 31]);
  await vi.waitFor(() => expect(asked).toEqual(["", "/1", "/1?121.00000,30.00000,122.00000,31.00000", "/1?121.50000,30.00000,122.00000,31.00000"]));
});

it("keeps the city's colour where it is seen and lightens it where it is not", async () => {
  const store = stage();
  await store.load();
  useTheme().choose("light");
  expect(store.colourOf(store.layers[0]!)).toBe("#7a4fbf");
  useTheme().choose("dark");
  expect(contrast(store.colourOf(store.layers[1]!), PALETTES.dark.earth)).toBeGreaterThanOrEqual(3);
});
