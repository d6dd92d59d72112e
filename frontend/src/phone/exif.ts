// SPDX-License-Identifier: Apache-2.0
/**
 * What a camera wrote into a JPEG (where and when), carried over to the shrunk copy: a canvas drops it, and the
 * server checks place and time by it. JPEG segments: JFIF/Exif 2.3, APP1 with the header "Exif\0\0".
 */

const SOI = 0xffd8;
const APP1 = 0xffe1;
const SOS = 0xffda;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x0112;
const ENTRY = 12;

const isExif = (bytes: Uint8Array, at: number) => EXIF.every((byte, i) => bytes[at + i] === byte);

/** Give the Exif segment (marker included) of a JPEG, nothing where there is none or the file is odd. */
export function exifOf(jpeg: Uint8Array): Uint8Array | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return undefined;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    if (marker === SOS || marker < 0xff00) return undefined;
    const size = view.getUint16(at + 2);
    if (size < 2 || at + 2 + size > view.byteLength) return undefined;
    if (marker === APP1 && isExif(jpeg, at + 4)) return jpeg.slice(at, at + 2 + size);
    at += 2 + size;
  }
  return undefined;
}

/** Give the segment with "upright" as its orientation: the canvas has already turned the picture. */
export function upright(segment: Uint8Array): Uint8Array {
  const made = segment.slice();
  const tiff = 10;
  const view = new DataView(made.buffer);
  if (made.length < tiff + 8) return made;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > made.length) return made;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * ENTRY;
    if (at + ENTRY > made.length) break;
    if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
  }
  return made;
}

/** Put a segment behind a JPEG's first two bytes. */
export function withExif(jpeg: Uint8Array, segment: Uint8Array): Uint8Array {
  const made = new Uint8Array(jpeg.length + segment.length);
  made.set(jpeg.subarray(0, 2));
  made.set(segment, 2);
  made.set(jpeg.subarray(2), 2 + segment.length);
  return made;
}
