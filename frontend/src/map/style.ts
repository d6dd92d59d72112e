// SPDX-License-Identifier: Apache-2.0
/**
 * The map's own style over tiles of the Protomaps basemap schema, version 4: a function of what is to be seen.
 * There is no `glyphs` address: every letter is drawn by the browser from the fonts of the machine.
 */
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";

import { PALETTES, PIPES, type MapTheme, type Palette } from "./palette";

export const FONTS = '"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
const FONT = ["Noto Sans CJK SC"];
const NAME: ExpressionSpecification = ["coalesce", ["get", "name:zh-Hans"], ["get", "name:zh"], ["get", "name"]];
const POINTS = "points";

/** A layer of the city's own above the base map; its features arrive with `setData`, named by `title`, told of by `note`. */
export interface Overlay {
  id: string;
  name: string;
  colour: string;
}
export interface Look {
  theme: MapTheme;
  /** Address of the PMTiles file. */
  tiles: string;
  attribution: string;
  /** Houses stand up. */
  raised: boolean;
  /** Pipes are seen through pale houses and streets. */
  underground: boolean;
  /** Edges of the unit grids. */
  grids: boolean;
  /** How much larger than on a desk letters and points are. */
  scale: number;
  overlays: readonly Overlay[];
}

const grow = (scale: number, ...stops: [number, number][]): ExpressionSpecification =>
  ["interpolate", ["exponential", 1.6], ["zoom"], ...stops.flatMap(([zoom, width]) => [zoom, width * scale])] as unknown as ExpressionSpecification;
const kind = (...kinds: string[]): FilterSpecification => ["in", ["get", "kind"], ["literal", kinds]];
const both = (...parts: FilterSpecification[]): FilterSpecification => ["all", ...parts] as FilterSpecification;
const empty = (): SourceSpecification => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
const city = (id: string, from: string) => ({ id, source: "city", "source-layer": from }) as const;

/** Give the whole style. */
export function cityStyle(look: Look): StyleSpecification {
  const ink = PALETTES[look.theme];
  return {
    version: 8,
    sources: {
      city: { type: "vector", url: `pmtiles://${look.tiles}`, attribution: look.attribution },
      [POINTS]: { type: "geojson", data: { type: "FeatureCollection", features: [] }, promoteId: "id", cluster: true, clusterRadius: 34 * look.scale, clusterMaxZoom: 14, clusterProperties: { n: ["+", ["get", "n"]], late: ["+", ["get", "late"]] } },
      ...Object.fromEntries(look.overlays.map((one) => [overlaySource(one.id), empty()])),
    },
    ...(look.raised && { light: { anchor: "viewport" as const, color: look.theme === "wall" ? "#cfeaff" : "#ffffff", intensity: look.theme === "light" ? 0.25 : 0.35 } }),
    layers: [...ground(ink), ...streets(ink, look), ...edges(ink, look), ...houses(ink, look), ...look.overlays.flatMap((one) => overlay(one, look)), ...names(ink, look), ...look.overlays.map((one) => overlayNames(one, ink, look)), ...points(ink, look)],
  };
}
export const overlaySource = (id: string) => `overlay-${id}`;
/** The layers that a pointer can hit of an overlay. */
export const overlayShapes = (id: string): string[] => ["dot", "line", "area"].map((part) => `${overlaySource(id)}-${part}`);

function ground(ink: Palette): LayerSpecification[] {
  return [
    { id: "beyond", type: "background", paint: { "background-color": ink.beyond } },
    { ...city("earth", "earth"), type: "fill", paint: { "fill-color": ink.earth } },
    { ...city("green", "landuse"), type: "fill", filter: kind("park", "forest", "wood", "grass", "garden", "nature_reserve", "golf_course", "cemetery", "meadow", "scrub"), paint: { "fill-color": ink.park } },
    { ...city("water", "water"), type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink.water, "fill-outline-color": ink.waterEdge } },
  ];
}

function streets(ink: Palette, look: Look): LayerSpecification[] {
  const pale = look.underground ? 0.35 : 1;
  const line = (id: string, filter: FilterSpecification, colour: string, width: ExpressionSpecification, from: number): LayerSpecification =>
    ({ ...city(id, "roads"), type: "line", minzoom: from, filter, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": width, "line-opacity": pale } });
  const minor = kind("minor_road", "path", "other");
  const wide = { highway: grow(1, [8, 0.8], [12, 3], [15, 9], [18, 34]), major: grow(1, [10, 0.6], [13, 2.6], [15, 7], [18, 28]), minor: grow(1, [13, 0.6], [15, 3.2], [18, 17]) };
  const edge = { highway: grow(1, [10, 1.4], [12, 4.4], [15, 11.5], [18, 38]), major: grow(1, [11, 1.2], [13, 3.8], [15, 9], [18, 32]), minor: grow(1, [13, 1], [15, 4.6], [18, 20]) };
  return [
    line("minor-edge", minor, ink.minorEdge, edge.minor, 13.5), line("major-edge", kind("major_road"), ink.majorEdge, edge.major, 11), line("highway-edge", kind("highway"), ink.highwayEdge, edge.highway, 10),
    line("minor", minor, ink.minor, wide.minor, 13), line("major", kind("major_road"), ink.major, wide.major, 9), line("highway", kind("highway"), ink.highway, wide.highway, 7),
    { ...city("metro", "transit"), type: "line", minzoom: 9, filter: kind("rail"), layout: { "line-cap": "round", "line-join": "round", visibility: look.underground ? "none" : "visible" },
      paint: { "line-color": ["coalesce", ["get", "colour"], ink.border], "line-width": grow(look.scale, [9, 0.8], [13, 2], [16, 4]), "line-opacity": look.theme === "light" ? 0.7 : 0.55 } },
    { ...city("railway", "roads"), type: "line", minzoom: 10, filter: both(kind("rail"), ["!=", ["get", "kind_detail"], "subway"]), paint: { "line-color": ink.border, "line-width": grow(1, [10, 0.6], [15, 2]), "line-dasharray": [4, 3] } },
  ];
}

function edges(ink: Palette, look: Look): LayerSpecification[] {
  const level = (id: string, kinds: FilterSpecification, width: ExpressionSpecification, from: number, dash?: number[], opacity = 0.8): LayerSpecification =>
    ({ ...city(id, "boundaries"), type: "line", minzoom: from, filter: kinds, paint: { "line-color": ink.border, "line-width": width, "line-opacity": opacity, ...(dash && { "line-dasharray": dash }) } });
  const detail = (value: string): FilterSpecification => ["==", ["to-string", ["get", "kind_detail"]], value];
  return [
    { ...city("grids", "grids"), type: "line", minzoom: 13, layout: { visibility: look.grids ? "visible" : "none" }, paint: { "line-color": ink.calm, "line-width": 0.8, "line-opacity": 0.55 } },
    level("communities", detail("10"), grow(1, [12, 0.5], [16, 1.2]), 13, [2, 3], 0.5),
    level("towns", detail("8"), grow(1, [10, 0.6], [14, 1.4]), 10.5, [4, 2], 0.6),
    level("counties", kind("county"), grow(look.scale, [8, 0.9], [12, 1.8], [16, 2.6]), 8),
    level("region", kind("region", "country"), grow(look.scale, [6, 1], [12, 2.4]), 6),
  ];
}

function houses(ink: Palette, look: Look): LayerSpecification[] {
  const [low, middle, high] = ink.tall;
  const height: ExpressionSpecification = ["to-number", ["coalesce", ["get", "height"], 9]];
  const colour: ExpressionSpecification = ["interpolate", ["linear"], height, 6, low, 40, middle, 120, high];
  const pipe: ExpressionSpecification = ["match", ["get", "kind"], ...Object.entries(PIPES).flat(), ink.border] as unknown as ExpressionSpecification;
  return [
    { ...city("houses", "buildings"), type: "fill", minzoom: 13, layout: { visibility: look.raised ? "none" : "visible" }, paint: { "fill-color": ink.house, "fill-outline-color": ink.houseEdge, "fill-opacity": look.underground ? 0.25 : ["interpolate", ["linear"], ["zoom"], 13, 0.4, 14.5, 1] } },
    { ...city("bridges", "bridges"), type: "fill", minzoom: 12, paint: { "fill-color": ink.bridge, "fill-opacity": 0.7 } },
    { ...city("pipes", "pipes"), type: "line", minzoom: 11, layout: { visibility: look.underground ? "visible" : "none", "line-cap": "round" }, paint: { "line-color": pipe, "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 12, ["*", 1, ["/", ["get", "diameter"], 500]], 17, ["*", 7, ["/", ["get", "diameter"], 500]]], "line-opacity": 0.9 } },
    { ...city("raised", "buildings"), type: "fill-extrusion", minzoom: 12.5, layout: { visibility: look.raised ? "visible" : "none" },
      paint: { "fill-extrusion-color": colour, "fill-extrusion-height": height, "fill-extrusion-base": ["to-number", ["coalesce", ["get", "min_height"], 0]], "fill-extrusion-opacity": look.underground ? 0.15 : 0.92, "fill-extrusion-vertical-gradient": true } },
  ];
}

function overlay(one: Overlay, look: Look): LayerSpecification[] {
  const source = overlaySource(one.id);
  const shape = (type: string): FilterSpecification => ["==", ["geometry-type"], type];
  return [
    { id: `${source}-area`, source, type: "fill", filter: shape("Polygon"), paint: { "fill-color": one.colour, "fill-opacity": 0.14 } },
    { id: `${source}-line`, source, type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": one.colour, "line-width": 1.8 * look.scale } },
    { id: `${source}-dot`, source, type: "circle", filter: shape("Point"), minzoom: 9, paint: { "circle-color": one.colour, "circle-radius": grow(look.scale, [10, 2], [15, 4.5]), "circle-stroke-color": PALETTES[look.theme].edge, "circle-stroke-width": 1 } },
  ];
}

function overlayNames(one: Overlay, ink: Palette, look: Look): LayerSpecification {
  const source = overlaySource(one.id);
  return {
    id: `${source}-name`, source, type: "symbol", minzoom: 12.5,
    layout: { "text-field": ["to-string", ["coalesce", ["get", "title"], ""]], "text-font": FONT, "text-size": 12 * look.scale, "text-anchor": "top", "text-offset": [0, 0.5], "text-optional": true, "text-padding": 4 },
    paint: { "text-color": one.colour || ink.ink, "text-halo-color": ink.halo, "text-halo-width": 1.4 * look.scale },
  };
}

function names(ink: Palette, look: Look): LayerSpecification[] {
  const size = (...stops: [number, number][]): DataDrivenPropertyValueSpecification<number> =>
    ["interpolate", ["linear"], ["zoom"], ...stops.flatMap(([zoom, px]) => [zoom, px * look.scale])] as unknown as ExpressionSpecification;
  const paint = (colour: string) => ({ "text-color": colour, "text-halo-color": ink.halo, "text-halo-width": 1.4 * look.scale });
  const along = (id: string, from: string, filter: FilterSpecification, colour: string, low: number): LayerSpecification =>
    ({ ...city(id, from), type: "symbol", minzoom: low, filter, layout: { "symbol-placement": "line", "symbol-spacing": 320, "text-field": NAME, "text-font": FONT, "text-size": size([12, 11], [16, 13]), "text-max-angle": 35, "text-padding": 6 }, paint: paint(colour) });
  const at = (id: string, filter: FilterSpecification, colour: string, text: DataDrivenPropertyValueSpecification<number>, low: number, high: number): LayerSpecification =>
    ({ ...city(id, "places"), type: "symbol", minzoom: low, maxzoom: high, filter, layout: { "text-field": NAME, "text-font": FONT, "text-size": text, "text-letter-spacing": 0.08, "text-padding": 4, "symbol-sort-key": ["-", 20, ["to-number", ["coalesce", ["get", "population_rank"], 0]]] }, paint: paint(colour) });
  const shown = look.underground ? "none" : "visible";
  return [
    { ...city("pipe-names", "pipes"), type: "symbol", minzoom: 14.5, layout: { visibility: look.underground ? "visible" : "none", "symbol-placement": "line", "text-field": NAME, "text-font": FONT, "text-size": size([14, 11], [17, 13]) }, paint: paint(ink.inkQuiet) },
    { ...city("water-names", "water"), type: "symbol", minzoom: 9, layout: { "text-field": NAME, "text-font": FONT, "text-size": size([9, 11], [14, 14]), "text-letter-spacing": 0.3, "symbol-spacing": 500, "text-padding": 40 }, paint: paint(ink.waterInk) },
    along("minor-names", "roads", kind("minor_road"), ink.inkQuiet, 15.5), along("road-names", "roads", kind("highway", "major_road"), ink.inkQuiet, 12.5),
    { ...city("poi-names", "pois"), type: "symbol", minzoom: 13, filter: kind("park", "station", "hospital", "school", "university", "townhall", "stadium"),
      layout: { visibility: shown, "text-field": NAME, "text-font": FONT, "text-size": size([13, 11], [16, 12.5]), "text-padding": 8 }, paint: paint(ink.parkInk) },
    at("community-names", both(kind("neighbourhood"), [">=", ["length", ["to-string", ["coalesce", ["get", "code"], "000000000000"]]], 12]), ink.inkQuiet, size([13, 11], [16, 13]), 13.5, 17),
    at("town-names", both(kind("neighbourhood", "locality"), ["!=", ["get", "kind_detail"], "city"], ["<", ["length", ["to-string", ["coalesce", ["get", "code"], ""]]], 12]), ink.inkQuiet, size([10, 11], [14, 14]), 11, 15.5),
    at("district-names", kind("macrohood", "county"), ink.ink, size([8, 12], [12, 16], [14, 17]), 8, 14.5),
    at("city-names", both(kind("locality"), ["in", ["get", "kind_detail"], ["literal", ["city", "town"]]]), ink.ink, size([6, 14], [9, 18]), 5, 9.5),
  ];
}

function points(ink: Palette, look: Look): LayerSpecification[] {
  const s = look.scale;
  const many: ExpressionSpecification = [">", ["get", "n"], 1];
  const radius: ExpressionSpecification = ["interpolate", ["linear"], ["log10", ["max", ["get", "n"], 2]], 0.3, 10 * s, 1, 13 * s, 2, 17 * s, 4, 26 * s];
  const bad: ExpressionSpecification = [">", ["/", ["get", "late"], ["get", "n"]], 0.5];
  const some: ExpressionSpecification = [">", ["get", "late"], 0];
  const count: ExpressionSpecification = ["case", [">=", ["get", "n"], 10000], ["concat", ["to-string", ["round", ["/", ["get", "n"], 1000]]], "k"], ["to-string", ["get", "n"]]];
  const state: ExpressionSpecification = ["match", ["get", "state"], "late", ink.late, "soon", ink.soon, "done", ink.done, ink.calm];
  return [
    { id: "clusters", source: POINTS, type: "circle", filter: many, paint: { "circle-color": ["case", bad, ink.late, some, ink.soon, ink.calm], "circle-opacity": 0.86, "circle-radius": radius, "circle-stroke-color": ink.edge, "circle-stroke-width": 1.5 * s, "circle-stroke-opacity": 0.8 } },
    { id: "cluster-counts", source: POINTS, type: "symbol", filter: many, layout: { "text-field": count, "text-font": FONT, "text-size": 12 * s, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": ink.mark } },
    { id: "dots", source: POINTS, type: "circle", filter: ["!", many], layout: { "circle-sort-key": ["match", ["get", "state"], "late", 3, "soon", 2, "calm", 1, 0] }, paint: { "circle-color": state, "circle-radius": grow(s, [9, 4.5], [13, 6], [17, 9]), "circle-stroke-color": ink.edge, "circle-stroke-width": 1.4 * s } },
    // Not by colour alone: an overdue point carries a mark, one that is soon due another.
    { id: "dot-marks", source: POINTS, type: "symbol", minzoom: 8, filter: both(["!", many] as FilterSpecification, ["in", ["get", "state"], ["literal", ["late", "soon"]]]), layout: { "text-field": ["match", ["get", "state"], "late", "!", "·"], "text-font": FONT, "text-size": 10 * s, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": ink.mark } },
  ];
}
