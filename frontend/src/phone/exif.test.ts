// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { exifOf, upright, withExif } from "./exif";

/** A big-endian Exif segment with one entry: orientation, turned by a quarter. */
function segment(orientation: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xe1, 0, body.length + 2, ...body]);
}
const JFIF = [0xff, 0xe0, 0, 4, 1, 1];
const photo = (...segments: number[][]) => Uint8Array.from([0xff, 0xd8, ...segments.flat(), 0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9]);

test("place and time go over to the shrunk copy, with the picture upright", () => {
  const taken = photo(JFIF, [...segment(6)]);
  const found = exifOf(taken);
  expect(found).toEqual(segment(6));
  const shrunk = withExif(photo(JFIF), upright(found!));
  expect(exifOf(shrunk)).toEqual(segment(1));
  expect([...shrunk.slice(-2)]).toEqual([0xff, 0xd9]);
});

test.each([
  ["no picture", Uint8Array.from([1, 2, 3])],
  ["a picture without", photo(JFIF)],
  ["a segment that says it is longer than the file", Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 1])],
  ["a segment of no length", Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, 0, 0])],
])("%s has nothing to carry over", (_name, bytes) => {
  expect(exifOf(bytes)).toBeUndefined();
});
