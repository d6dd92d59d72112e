// SPDX-License-Identifier: Apache-2.0
/** Where and when a camera says it took a picture (Exif 2.3: GPS and Exif directories of the segment). */

export interface Taken {
  /** As the camera's clock had it, without a zone: "2026-11-29T19:20:05". */
  at?: string;
  lon?: number;
  lat?: number;
}

const TIFF = 10;
const ENTRY = 12;
const EXIF_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
const TAKEN = 0x9003;
const GPS = { latRef: 1, lat: 2, lonRef: 3, lon: 4 } as const;
const MOST_ENTRIES = 500;

/** Reads one directory of a TIFF body: tags to the places of their entries. */
class Directory {
  private readonly found = new Map<number, number>();

  constructor(private readonly view: DataView, start: number, private readonly little: boolean) {
    const entries = Math.min(view.getUint16(start, little), MOST_ENTRIES);
    for (let i = 0; i < entries; i++) this.found.set(view.getUint16(start + 2 + i * ENTRY, little), start + 2 + i * ENTRY);
  }

  /** The value of an entry as a place in the segment (a directory or long values). */
  place(tag: number): number | undefined {
    const at = this.found.get(tag);
    return at === undefined ? undefined : TIFF + this.view.getUint32(at + 8, this.little);
  }

  letter(tag: number): string {
    const at = this.found.get(tag);
    return at === undefined ? "" : String.fromCharCode(this.view.getUint8(at + 8));
  }

  words(tag: number, length: number): string {
    const at = this.place(tag);
    return at === undefined ? "" : String.fromCharCode(...new Uint8Array(this.view.buffer, this.view.byteOffset + at, length));
  }

  /** Degrees from three fractions: degrees, minutes, seconds. */
  degrees(tag: number): number | undefined {
    const at = this.place(tag);
    if (at === undefined) return undefined;
    const part = (n: number) => this.view.getUint32(at + n * 8, this.little) / this.view.getUint32(at + n * 8 + 4, this.little);
    const whole = part(0) + part(1) / 60 + part(2) / 3600;
    return Number.isFinite(whole) ? whole : undefined;
  }
}

/** Read a segment (marker included); what is missing or broken is left out. */
export function takenOf(segment: Uint8Array): Taken {
  const taken: Taken = {};
  try {
    const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
    const little = view.getUint16(TIFF) === 0x4949;
    const main = new Directory(view, TIFF + view.getUint32(TIFF + 4, little), little);
    const exif = main.place(EXIF_DIRECTORY);
    const gps = main.place(GPS_DIRECTORY);
    if (exif !== undefined) {
      const told = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(new Directory(view, exif, little).words(TAKEN, 19));
      if (told) taken.at = `${told[1]}-${told[2]}-${told[3]}T${told[4]}`;
    }
    if (gps !== undefined) {
      const place = new Directory(view, gps, little);
      const [lat, lon] = [place.degrees(GPS.lat), place.degrees(GPS.lon)];
      if (lat !== undefined && lon !== undefined) {
        taken.lat = place.letter(GPS.latRef) === "S" ? -lat : lat;
        taken.lon = place.letter(GPS.lonRef) === "W" ? -lon : lon;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a segment that ends too early tells no more
  }
  return taken;
}
