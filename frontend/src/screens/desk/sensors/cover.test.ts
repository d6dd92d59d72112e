// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { type Cover, type Layer, layersOf, overlapping, type Poles, timesOf } from "./cover";

const EMPTY = { type: "MultiPolygon", coordinates: [] };
const RING = { type: "MultiPolygon", coordinates: [[[[121, 31], [121.01, 31], [121, 31.01], [121, 31]]]] };
const cover = { histogram: { "10": 1, "0": 4, "1": 2, "2": 3 }, gap_shape: RING, overlap_shape: EMPTY, spots: [{ lon: 121, lat: 31 }], without: [{ code: "01", name: "井盖", lon: 121, lat: 31 }] } as unknown as Cover;
const poles = { shared: [{ thing: "P-1", name: "", lon: 121, lat: 31 }], mergeable: [{ first: "P-1", second: "P-2", first_name: "一杆", second_name: "", lon: 121, lat: 31 }] } as unknown as Poles;
const names = { gaps: "空白", overlaps: "重叠", spots: "传感器", without: "无人看", shared: "多杆", pairs: "可合" } satisfies Record<Layer, string>;

test("cells are counted by how often they are covered, in the order of numbers", () => {
  expect(timesOf(cover).map((one) => one.times)).toEqual([0, 1, 2, 10]);
  expect(overlapping(cover)).toBe(4);
});

test("each layer holds what it names, an empty outline nothing", () => {
  const layers = Object.fromEntries(layersOf(cover, poles, names).map((one) => [one.id, one.data.features]));
  expect(layers["gaps"]).toHaveLength(1);
  expect(layers["overlaps"]).toHaveLength(0);
  expect(["spots", "without", "shared", "pairs"].map((id) => layers[id]?.[0]?.properties?.["note"])).toEqual(["传感器", "井盖 01", "P-1", "一杆 – P-2"]);
});
