// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { middle, readDrawing } from "./drawing";

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1530 700"><style>.now{fill:blue}</style><g class="state"><rect x="1" y="2" width="118" height="46"/></g><g class="state now"><rect x="480" y="60" width="118" height="46"/></g></svg>';

it("finds the size of a drawing and the middle of the present state", () => {
  expect(readDrawing(SVG)).toEqual({ wide: 1530, high: 700, now: { x: 539, y: 83 } });
  expect(readDrawing(SVG.replace(" now", ""))).toEqual({ wide: 1530, high: 700 });
  expect(readDrawing("nothing")).toBeUndefined();
});

it("keeps a point in the middle as far as the drawing reaches", () => {
  expect([middle(539, 400, 1530), middle(50, 400, 1530), middle(1500, 400, 1530), middle(50, 400, 300)]).toEqual([339, 0, 1130, 0]);
});
