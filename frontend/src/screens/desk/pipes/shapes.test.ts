// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { dots, type Edge, lines, nearest, type Node } from "./shapes";

const node = (code: string, lon: number, lat: number): Node => ({ code, kind: "junction", name: "", lon, lat, own: true });
const edge = (code: string, begin: string, end: string): Edge => ({ code, kind: "pipe", begin, end, length_m: 1, diameter_mm: 0, open: true });
const nodes = new Map([node("a", 121, 31), node("b", 121.01, 31), node("c", 121.01, 31.01)].map((one) => [one.code, one]));
const edges = [edge("ab", "a", "b"), edge("bc", "b", "c"), edge("b?", "b", "?")];

test("a click means the pipe it falls upon, and nothing far from all", () => {
  expect(nearest({ lon: 121.005, lat: 31.0002 }, edges, nodes)?.code).toBe("ab");
  expect(nearest({ lon: 121.0101, lat: 31.005 }, edges, nodes)?.code).toBe("bc");
  expect(nearest({ lon: 121.005, lat: 31.005 }, edges, nodes)).toBeUndefined();
});

test("what has no place is not drawn", () => {
  expect(lines(edges, nodes).features.map((one) => one.properties?.["note"])).toEqual(["ab", "bc"]);
  expect(dots(["a", "?"], nodes).features).toHaveLength(1);
});
