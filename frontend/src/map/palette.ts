// SPDX-License-Identifier: Apache-2.0
/** The map's colours, one table for each theme. Ground is quiet; only amber and red of the points carry meaning. */

export type MapTheme = "light" | "dark" | "wall";

export interface Palette {
  beyond: string;
  earth: string;
  water: string;
  waterEdge: string;
  waterInk: string;
  park: string;
  parkInk: string;
  house: string;
  houseEdge: string;
  /** Walls of houses from low to high. */
  tall: [string, string, string];
  highway: string;
  highwayEdge: string;
  major: string;
  majorEdge: string;
  minor: string;
  minorEdge: string;
  border: string;
  bridge: string;
  ink: string;
  inkQuiet: string;
  halo: string;
  /** Points by state; `edge` is the ring around them. */
  calm: string;
  soon: string;
  late: string;
  done: string;
  edge: string;
  mark: string;
}

export const PALETTES: Record<MapTheme, Palette> = {
  light: {
    beyond: "#e6ebf1", earth: "#f8fafc", water: "#b8daf2", waterEdge: "#93c3e6", waterInk: "#3a78a8", park: "#d5ecd2", parkInk: "#3d7a45",
    house: "#e7ebf0", houseEdge: "#d3dae2", tall: ["#e3e8ee", "#d3dbe5", "#bccada"],
    highway: "#ffd483", highwayEdge: "#e9b453", major: "#ffeec9", majorEdge: "#ecd7a4", minor: "#ffffff", minorEdge: "#dfe5ec",
    border: "#8497b0", bridge: "#c9b48a", ink: "#22303f", inkQuiet: "#52647a", halo: "#ffffff",
    calm: "#1766b5", soon: "#c46f00", late: "#c0271a", done: "#71808f", edge: "#ffffff", mark: "#ffffff",
  },
  dark: {
    beyond: "#0a111a", earth: "#131d2a", water: "#17354f", waterEdge: "#235072", waterInk: "#7fb4dc", park: "#173029", parkInk: "#79b58b",
    house: "#1c2838", houseEdge: "#283850", tall: ["#202e41", "#2b3e57", "#3c5778"],
    highway: "#64583c", highwayEdge: "#3d3728", major: "#3f4654", majorEdge: "#2a3240", minor: "#28344a", minorEdge: "#1c2738",
    border: "#5d7393", bridge: "#7a6a47", ink: "#dbe6f2", inkQuiet: "#9db0c6", halo: "#0d1520",
    calm: "#63aaf2", soon: "#f2b04a", late: "#ff7a6b", done: "#8796a8", edge: "#0d1520", mark: "#0d1520",
  },
  wall: {
    beyond: "#040b15", earth: "#08172a", water: "#0b3a63", waterEdge: "#176ba8", waterInk: "#7cc4f5", park: "#0b2d33", parkInk: "#5fb59b",
    house: "#0d2744", houseEdge: "#174a78", tall: ["#134069", "#1f6ba3", "#7fd0ff"],
    highway: "#2f86c9", highwayEdge: "#123f68", major: "#1c5687", majorEdge: "#0d2f50", minor: "#113354", minorEdge: "#0b2340",
    border: "#3a78b4", bridge: "#d98a3d", ink: "#e3f1ff", inkQuiet: "#9cc2e6", halo: "#06101f",
    calm: "#58b2ff", soon: "#ffbe55", late: "#ff6a5c", done: "#7d93ad", edge: "#06101f", mark: "#06101f",
  },
};

/** Pipes under the streets, by kind of the base map's layer `pipes`. */
export const PIPES = { water: "#2f8be6", drain: "#8a97a6", gas: "#e3a008", power: "#d0453c", heat: "#c2559b" } as const;

/** How much lighter or darker than the ground something must be to be told from it (WCAG 1.4.11). */
const SEEN = 3;
const channels = (colour: string): [number, number, number] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
function light(colour: string): number {
  const [r, g, b] = channels(colour).map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function contrast(one: string, other: string): number {
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
/** A colour that somebody chose, drawn towards the theme's ink until it stands out from the theme's earth. */
export function seenOn(theme: MapTheme, colour: string): string {
  const { earth, ink } = PALETTES[theme];
  const [from, to] = [channels(colour), channels(ink)];
  for (let part = 0; part <= 1; part += 0.1) {
    const mixed = `#${from.map((one, n) => Math.round(one + (to[n]! - one) * part).toString(16).padStart(2, "0")).join("")}`;
    if (contrast(mixed, earth) >= SEEN) return mixed;
  }
  return ink;
}
