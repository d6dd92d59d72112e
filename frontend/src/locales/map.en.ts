// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { mapZh } from "./map.zh";

export const mapEn: Same<typeof mapZh> = {
  name: "Map of {city}", planTold: "Sketch with {n} points", asList: "Show as a list", review: "Map review no. {number}", tools: "Map tools",
  noWebgl: "This browser draws no WebGL; a sketch is shown instead.", noFile: "The base map cannot be read now; a sketch is shown instead.",
  in: "Zoom in", out: "Zoom out", fit: "All", fitHint: "Show everything", raisedHint: "Buildings in 3D", underground: "Pipes", undergroundHint: "See the pipes under the ground", grids: "Grids", gridsHint: "Edges of unit grids",
  lasso: "Lasso", lassoHint: "Press and draw an area, let go to filter; Esc gives up", view: "View", viewHint: "Only cases in the visible part", centre: "Take the cross",
  own: "Layers", ownNames: "Names", ownGo: "Show {name} on the map",
  pipes: { water: "Water", drain: "Drain", gas: "Gas", power: "Power" },
};
