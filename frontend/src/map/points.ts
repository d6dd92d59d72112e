// SPDX-License-Identifier: Apache-2.0
/** Points of a map as features, shapes drawn by hand as rings, and the plane that stands in for a map. Pure. */
import type { FeatureCollection, Geometry, Point } from "geojson";

export type PointState = "calm" | "soon" | "late" | "done";

/** One case (or any thing) on the map; `n` above 1 stands for so many of them around here, `late` of them overdue. */
export interface MapPoint {
  id: string;
  lon: number;
  lat: number;
  state: PointState;
  title: string;
  n?: number;
  late?: number;
}
export type LonLat = [number, number];
export type Box = [number, number, number, number];

export const MOST_CORNERS = 24;
/** Square degrees: less than a square metre is no corner. */
const NOTHING = 1e-10;

/** Give the points as the map's source takes them. */
export function features(points: readonly MapPoint[]): FeatureCollection<Point> {
  return {
    type: "FeatureCollection",
    features: points.map((one) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [one.lon, one.lat] },
      properties: { id: one.id, state: one.state, title: one.title, n: one.n ?? 1, late: one.late ?? (one.state === "late" ? 1 : 0) },
    })),
  };
}

/** The box around points, none without any. */
export function boxOf(points: readonly { lon: number; lat: number }[]): Box | undefined {
  if (!points.length) return undefined;
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of points) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** The middle of a shape's box, none of an empty one. */
export function middleOf(shape: Geometry): { lon: number; lat: number } | undefined {
  const corners: { lon: number; lat: number }[] = [];
  const take = (found: unknown): void => {
    if (!Array.isArray(found)) return;
    if (typeof found[0] === "number") corners.push({ lon: found[0], lat: found[1] as number });
    else found.forEach(take);
  };
  if (shape.type === "GeometryCollection") shape.geometries.forEach((one) => { const at = middleOf(one); if (at) corners.push(at); });
  else take(shape.coordinates);
  const box = boxOf(corners);
  return box && { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
}

/** A hand-drawn ring with few corners: those that matter most to its shape (Visvalingam), five decimals (a metre). */
export function ring(drawn: readonly LonLat[], most = MOST_CORNERS): LonLat[] {
  const kept = drawn.map(([lon, lat]): LonLat => [Number(lon.toFixed(5)), Number(lat.toFixed(5))]);
  const area = (n: number): number => {
    const [a, b, c] = [kept[(n + kept.length - 1) % kept.length]!, kept[n]!, kept[(n + 1) % kept.length]!];
    return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
  };
  while (kept.length > most || (kept.length > 3 && kept.some((_, n) => area(n) < NOTHING))) {
    let least = 0;
    for (let n = 1; n < kept.length; n += 1) if (area(n) < area(least)) least = n;
    kept.splice(least, 1);
  }
  return kept.length < 3 || kept.every((_, n) => area(n) < NOTHING) ? [] : kept;
}

/** A ring in the words of the interface: `lon,lat;lon,lat;…`. */
export const ringWords = (corners: readonly LonLat[]): string => corners.map((corner) => corner.join(",")).join(";");
export const boxRing = ([west, south, east, north]: Box): LonLat[] => [[west, south], [east, south], [east, north], [west, north]];
export function readRing(words: string): LonLat[] {
  const corners = words.split(";").map((corner) => corner.split(",").map(Number));
  return corners.every((corner) => corner.length === 2 && corner.every(Number.isFinite)) ? (corners as LonLat[]) : [];
}

export interface Dot extends MapPoint {
  x: number;
  y: number;
}
/** Put points on a plane of 100 × 62 keeping the shape of the ground; the worst are drawn last. */
export function plan(points: readonly MapPoint[]): Dot[] {
  const box = boxOf(points);
  if (!box) return [];
  const [west, south, east, north] = box;
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(92 / Math.max((east - west) * narrow, 1e-6), 54 / Math.max(north - south, 1e-6));
  const order: Record<PointState, number> = { done: 0, calm: 1, soon: 2, late: 3 };
  return points
    .map((one): Dot => ({ ...one, x: 50 + (one.lon - (west + east) / 2) * narrow * scale, y: 31 - (one.lat - (south + north) / 2) * scale }))
    .sort((a, b) => order[a.state] - order[b.state]);
}
