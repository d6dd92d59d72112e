// SPDX-License-Identifier: Apache-2.0
/** Leaks, their doubt and a watch's gauges as layers of a map; certainty as a word; a course as a chart has it. Pure. */
import type { Feature, FeatureCollection } from "geojson";

import type { components } from "@/api/made/desk";
import { boxOf, type MapPoint } from "@/map/points";
import { type Edge, lines, type Node } from "../pipes/shapes";

type Schemas = components["schemas"];
export type Leak = Schemas["LeakShown"];
export type Gauge = Schemas["LeakGauge"];
export type Course = Schemas["LeakCourse"];
export type Which = "flow" | "evidence" | "off";
export interface Layer {
  id: string;
  name: string;
  colour: string;
  data: FeatureCollection;
}
const METRES = 111_320;
const CORNERS = 48;
/** Degrees that a map shows at least. */
const LEAST = 0.002;
/** A circle smaller than this is not seen. */
const SEEN_M = 40;
/** kPa of a metre of water. */
const KPA = 9.80665;
const COLOURS = { pipes: "#1f6fd1", gauges: "#7a1fa2", others: "#d9690f", doubt: "#c8281c" } as const;
/** From which probability on which word is said. */
const WORDS = [[0.9, "high"], [0.8, "good"], [0.5, "fair"]] as const;

const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
const dot = (at: { lon: number; lat: number }, title: string, note = title): Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [at.lon, at.lat] }, properties: { title, note } });

/** A circle on the ground around a place. */
export function circle(at: { lon: number; lat: number }, metres: number): [number, number][] {
  const narrow = Math.cos((at.lat * Math.PI) / 180);
  const ring = Array.from({ length: CORNERS }, (_, n): [number, number] => {
    const turn = (2 * Math.PI * n) / CORNERS;
    return [at.lon + (metres * Math.cos(turn)) / (METRES * narrow), at.lat + (metres * Math.sin(turn)) / METRES];
  });
  return [...ring, ring[0]!];
}

/** How sure a place is, as a word: high, good, fair, open. */
export const surety = (mass: number): "high" | "good" | "fair" | "open" => WORDS.find(([least]) => mass >= least)?.[1] ?? "open";

/** Where a gauge stands: its node, or the middle of its link; none where the network does not show it. */
export function standing(gauge: Gauge, nodes: ReadonlyMap<string, Node>, edges: ReadonlyMap<string, Edge>): { lon: number; lat: number } | undefined {
  if (gauge.kind !== "inflow") return nodes.get(gauge.place);
  const edge = edges.get(gauge.place);
  const [begin, end] = [nodes.get(edge?.begin ?? ""), nodes.get(edge?.end ?? "")];
  return begin && end && { lon: (begin.lon + end.lon) / 2, lat: (begin.lat + end.lat) / 2 };
}

/** The layers of a watched network, the least weighty first; circles of leaks that are gone are left out. */
export function layersOf(shape: Schemas["ShapeOfNetwork"], gauges: readonly Gauge[], leaks: readonly Leak[], chosen: Leak | undefined, told: { names: Record<keyof typeof COLOURS, string>; gauge: (one: Gauge) => string }): Layer[] {
  const nodes = new Map<string, Node>(shape.nodes.map((one) => [one.code, one]));
  const edges = new Map<string, Edge>(shape.edges.map((one) => [one.code, one]));
  const round = (leak: Leak): Feature => ({ type: "Feature", geometry: { type: "Polygon", coordinates: [circle(leak, Math.max(leak.radius_m, SEEN_M))] }, properties: { title: "", note: leak.node } });
  const layer = (id: keyof typeof COLOURS, features: FeatureCollection): Layer => ({ id, name: told.names[id], colour: COLOURS[id], data: features });
  return [
    layer("pipes", lines(shape.edges, nodes)),
    layer("gauges", collection(gauges.flatMap((one) => { const at = standing(one, nodes, edges); return at ? [dot(at, "", told.gauge(one))] : []; }))),
    layer("others", collection((chosen?.others ?? []).map((one) => dot(one, percent(one.chance), `${one.node} · ${percent(one.chance)}`)))),
    layer("doubt", collection(leaks.filter((one) => !one.ended || one.number === chosen?.number).map(round))),
  ];
}

/** Leaks as points: those that stand and those that are gone. */
export const pointsOf = (leaks: readonly Leak[], title: (leak: Leak) => string): MapPoint[] =>
  leaks.map((one) => ({ id: String(one.number), lon: one.lon, lat: one.lat, state: one.ended ? "done" : "late", title: title(one) }));

/** Where a map of so many pixels is to look so that all of it is seen. */
export function sightOf(places: readonly { lon: number; lat: number }[], pixels: { wide: number; high: number }): { lon: number; lat: number; zoom: number } | undefined {
  const box = boxOf(places);
  if (!box) return undefined;
  const narrow = Math.cos((box[1] * Math.PI) / 180);
  const shown = Math.min(pixels.wide / Math.max(box[2] - box[0], LEAST), (pixels.high * narrow) / Math.max(box[3] - box[1], LEAST));
  return { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2, zoom: Math.min(16, Math.log2((shown * 360) / 512) - 0.4) };
}

/** A probability in words; nothing is certain. */
export const percent = (share: number): string => (share >= 0.995 ? ">99%" : `${Math.round(100 * share)}%`);

export interface Plot {
  values: (number | null)[];
  usual: number[];
  odd: boolean[];
}

/** What a chart shows of a course: a leak's flow, the evidence in per cent of what is enough, how far off a gauge was (kPa, m³/h). */
export function plotOf(course: Course, which: Which, number: number, gauge: number): Plot {
  const flat = (value: number) => course.days.map(() => value);
  if (which === "flow") return { values: course.leaks.find((one) => one.number === number)?.flows ?? [], usual: [], odd: [] };
  if (which === "evidence") {
    const values = course.evidence.map((one) => one && Math.round(one * 100));
    return { values, usual: flat(100), odd: values.map((one) => one !== null && one >= 100) };
  }
  const one = course.gauges[gauge];
  const scale = one?.kind === "pressure" ? KPA : 1;
  return { values: one?.off.map((value) => value && Number((value * scale).toFixed(2))) ?? [], usual: flat(0), odd: [] };
}
