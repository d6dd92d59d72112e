// SPDX-License-Identifier: Apache-2.0
/** Networks as features of a map, and the pipe that a click means. Pure. */
import type { FeatureCollection } from "geojson";

import type { components } from "@/api/made/desk";

export type Node = components["schemas"]["NodeShown"];
export type Edge = components["schemas"]["EdgeShown"];
/** Metres a click may be off. */
const NEAR_M = 60;
const METRES = 111_320;

/** Give pipes as lines; those with an unknown end are left out. */
export function lines(edges: readonly Edge[], nodes: ReadonlyMap<string, Node>): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: edges.flatMap((edge) => {
      const [begin, end] = [nodes.get(edge.begin), nodes.get(edge.end)];
      return begin && end ? [{ type: "Feature" as const, geometry: { type: "LineString" as const, coordinates: [[begin.lon, begin.lat], [end.lon, end.lat]] }, properties: { title: "", note: edge.code } }] : [];
    }),
  };
}

/** Give nodes as points. */
export function dots(codes: Iterable<string>, nodes: ReadonlyMap<string, Node>): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: [...codes].flatMap((code) => {
      const node = nodes.get(code);
      return node ? [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: [node.lon, node.lat] }, properties: { title: node.name || code, note: node.kind } }] : [];
    }),
  };
}

/** The pipe nearest to a place within 60 m, none further away. */
export function nearest(place: { lon: number; lat: number }, edges: readonly Edge[], nodes: ReadonlyMap<string, Node>): Edge | undefined {
  const narrow = Math.cos((place.lat * Math.PI) / 180);
  const flat = (node: Node): [number, number] => [(node.lon - place.lon) * METRES * narrow, (node.lat - place.lat) * METRES];
  let best: Edge | undefined;
  let least = NEAR_M;
  for (const edge of edges) {
    const [begin, end] = [nodes.get(edge.begin), nodes.get(edge.end)];
    if (!begin || !end) continue;
    const [[ax, ay], [bx, by]] = [flat(begin), flat(end)];
    const long = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = long ? Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / long)) : 0;
    const off = Math.hypot(ax + along * (bx - ax), ay + along * (by - ay));
    if (off < least) [best, least] = [edge, off];
  }
  return best;
}
