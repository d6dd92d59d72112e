// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { takenOf } from "./taken";

const u16 = (n: number) => [n >> 8, n & 255];
const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 65535)];
const entry = (tag: number, type: number, count: number, value: number[]) => [...u16(tag), ...u16(type), ...u32(count), ...value];
const fractions = (...parts: number[]) => parts.flatMap((part) => [...u32(part), ...u32(1)]);

/** A big-endian segment: a main directory that names an Exif one (when) and a GPS one (where). */
function segment(): Uint8Array {
  const main = 8, exif = 38, words = 56, gps = 76, lat = 130, lon = 154;
  const tiff = [
    0x4d, 0x4d, 0, 42, ...u32(main),
    ...u16(2), ...entry(0x8769, 4, 1, u32(exif)), ...entry(0x8825, 4, 1, u32(gps)), ...u32(0),
    ...u16(1), ...entry(0x9003, 2, 20, u32(words)), ...u32(0),
    ...[..."2026:11:29 19:20:05"].map((letter) => letter.charCodeAt(0)), 0,
    ...u16(4), ...entry(1, 2, 2, [78, 0, 0, 0]), ...entry(2, 5, 3, u32(lat)), ...entry(3, 2, 2, [87, 0, 0, 0]), ...entry(4, 5, 3, u32(lon)), ...u32(0),
    ...fractions(31, 30, 36), ...fractions(121, 15, 0),
  ];
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xe1, ...u16(body.length + 2), ...body]);
}

test("a camera's place and time are read", () => {
  expect(takenOf(segment())).toEqual({ at: "2026-11-29T19:20:05", lat: 31.51, lon: -121.25 });
});

test("what is cut short tells what it can and breaks nothing", () => {
  for (let length = 0; length < segment().length; length++) expect(() => takenOf(segment().slice(0, length))).not.toThrow();
  expect(takenOf(segment().slice(0, 100)).at).toBe("2026-11-29T19:20:05");
});
