// SPDX-License-Identifier: Apache-2.0
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";

import { PALETTES, contrast, seenOn, type MapTheme } from "./palette";
import { boxOf, boxRing, features, middleOf, plan, readRing, ring, ringWords, type LonLat, type MapPoint } from "./points";
import { cityStyle, type Look } from "./style";

const point = (id: string, more: Partial<MapPoint> = {}): MapPoint => ({ id, lon: 121.2, lat: 31, state: "calm", title: id, ...more });
const look = (more: Partial<Look> = {}): Look => ({ theme: "light", tiles: "http://here/map/city.pmtiles", attribution: "", raised: false, underground: false, grids: false, scale: 1, overlays: [], ...more });

describe("the style", () => {
  it.each(Object.keys(PALETTES) as MapTheme[])("is one MapLibre takes, without fonts or pictures from anywhere: %s", (theme) => {
    const style = cityStyle(look({ theme, raised: true, underground: true, grids: true, overlays: [{ id: "a", name: "a", colour: "#123456" }] }));
    // The specification asks for `glyphs` where there is text; MapLibre draws it from local fonts without.
    expect(validateStyleMin(style).filter((fault) => !/glyphs/.test(fault.message))).toEqual([]);
    expect([style.glyphs, style.sprite]).toEqual([undefined, undefined]);
    expect(JSON.stringify(style).match(/https?:\/\/[^"]+/g)).toEqual(["http://here/map/city.pmtiles"]);
  });
  it("shows houses flat or raised, and pipes only under the ground", () => {
    const seen = (more: Partial<Look>) => cityStyle(look(more)).layers.filter((one) => ["houses", "raised", "pipes", "grids"].includes(one.id) && one.layout?.visibility !== "none").map((one) => one.id);
    expect([seen({}), seen({ raised: true }), seen({ underground: true, grids: true })]).toEqual([["houses"], ["raised"], ["grids", "houses", "pipes"]]);
  });
});

describe("the city's own", () => {
  it.each(Object.keys(PALETTES) as MapTheme[])("is seen in any colour somebody chose: %s", (theme) => {
    for (const colour of ["#000000", "#ffffff", "#7a4fbf", "#c0271a"]) expect(contrast(seenOn(theme, colour), PALETTES[theme].earth)).toBeGreaterThanOrEqual(3);
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  });
  it("has a middle, whatever its shape", () => {
    expect(middleOf({ type: "Polygon", coordinates: [[[1, 1], [3, 1], [3, 5], [1, 1]]] })).toEqual({ lon: 2, lat: 3 });
    expect(middleOf({ type: "GeometryCollection", geometries: [{ type: "Point", coordinates: [1, 2] }, { type: "Point", coordinates: [3, 4] }] })).toEqual({ lon: 2, lat: 3 });
    expect(middleOf({ type: "MultiPoint", coordinates: [] })).toBeUndefined();
  });
});

describe("points", () => {
  it("count themselves, and clusters what they stand for", () => {
    const told = features([point("a", { state: "late" }), point("b", { n: 40, late: 3 })]).features.map((one) => [one.properties?.["n"], one.properties?.["late"]]);
    expect(told).toEqual([[1, 1], [40, 3]]);
  });
  it("have a box, and a plane where the worst is drawn last", () => {
    const two = [point("late", { state: "late", lon: 121.3 }), point("calm", { lat: 30.9 })];
    expect(boxOf(two)).toEqual([121.2, 30.9, 121.3, 31]);
    expect(plan(two).map((one) => one.id)).toEqual(["calm", "late"]);
    expect([boxOf([]), plan([])]).toEqual([undefined, []]);
  });
});

describe("an area drawn by hand", () => {
  it("keeps the corners that matter, few enough for an address", () => {
    const circle = Array.from({ length: 400 }, (_, n): LonLat => [121 + Math.cos(n / 63.7) / 10, 31 + Math.sin(n / 63.7) / 10]);
    const kept = ring(circle);
    expect(kept).toHaveLength(24);
    expect(kept.every(([lon, lat]) => Math.abs(Math.hypot(lon - 121, lat - 31) - 0.1) < 1e-4)).toBe(true);
    expect(readRing(ringWords(kept))).toEqual(kept);
  });
  it("is none when it holds nothing", () => {
    expect(ring([[121, 31], [121.1, 31.1], [121.2, 31.2]])).toEqual([]);
    expect(ring([[121, 31]])).toEqual([]);
    expect(readRing("somewhere")).toEqual([]);
    expect(boxRing([1, 2, 3, 4])).toEqual([[1, 2], [3, 2], [3, 4], [1, 4]]);
  });
});
