// SPDX-License-Identifier: Apache-2.0
/** What sensors cover, as layers of a map and rows of tables. Pure. */
import type { FeatureCollection, Geometry } from "geojson";

import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];
export type Cover = Schemas["CoverShown"];
export type Poles = Schemas["PolesShown"];
export const LAYERS = ["gaps", "overlaps", "spots", "without", "shared", "pairs"] as const;
export type Layer = (typeof LAYERS)[number];
/** Told apart by colour and, as areas and dots lie over each other, by shape; the tables tell the same. */
const COLOURS: Record<Layer, string> = { gaps: "#c8281c", overlaps: "#1f6fd1", spots: "#17603c", without: "#d9690f", shared: "#7a1fa2", pairs: "#8a5a00" };

const dot = (lon: number, lat: number, title = "", note = title) => ({ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: [lon, lat] }, properties: { title, note } });
const collection = (features: FeatureCollection["features"]): FeatureCollection => ({ type: "FeatureCollection", features });
/** A shape as one feature; none of an empty one. */
const area = (shape: Record<string, unknown>, note: string) => {
  const found = shape as unknown as { coordinates: unknown[] };
  return collection(found.coordinates.length ? [{ type: "Feature", geometry: shape as unknown as Geometry, properties: { title: "", note } }] : []);
};

/** Give the layers that a map lays over the city, with the names given. */
export function layersOf(cover: Cover, poles: Poles, names: Record<Layer, string>): { id: string; name: string; colour: string; data: FeatureCollection }[] {
  const data: Record<Layer, FeatureCollection> = {
    gaps: area(cover.gap_shape, names.gaps),
    overlaps: area(cover.overlap_shape, names.overlaps),
    spots: collection(cover.spots.map((at) => dot(at.lon, at.lat, "", names.spots))),
    without: collection(cover.without.map((one) => dot(one.lon, one.lat, "", `${one.name} ${one.code}`))),
    shared: collection(poles.shared.map((one) => dot(one.lon, one.lat, one.name || one.thing))),
    pairs: collection(poles.mergeable.map((one) => dot(one.lon, one.lat, "", `${one.first_name || one.first} – ${one.second_name || one.second}`))),
  };
  return LAYERS.map((id) => ({ id, name: names[id], colour: COLOURS[id], data: data[id] }));
}

/** How many cells are covered so many times, from none upwards. */
export const timesOf = (cover: Cover): { times: number; cells: number }[] =>
  Object.entries(cover.histogram).map(([times, cells]) => ({ times: Number(times), cells })).sort((a, b) => a.times - b.times);

/** How many cells more than one sensor covers. */
export const overlapping = (cover: Cover): number => timesOf(cover).reduce((sum, one) => sum + (one.times > 1 ? one.cells : 0), 0);
