// SPDX-License-Identifier: Apache-2.0
/** Where this phone is, and how far that is from there. */

export interface Place {
  lon: number;
  lat: number;
  accuracy: number;
}

const RADIUS_M = 6_371_008.8;
const rad = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (mean earth radius, IUGG). */
export function metres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const h =
    Math.sin(rad(b.lat - a.lat) / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(rad(b.lon - a.lon) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Ask the device; undefined where it does not know or may not say. */
export function here(): Promise<Place | undefined> {
  return new Promise((done) => {
    if (!("geolocation" in navigator)) return done(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }),
      () => done(undefined),
      { enableHighAccuracy: true, timeout: 8_000, maximumAge: 30_000 },
    );
  });
}

/** Order tasks: overdue ones first, then the nearer and the sooner due (one hour weighs as one kilometre). */
export function byUrgency<T extends { due_at?: string | null; lon?: number | null; lat?: number | null }>(
  tasks: readonly T[], from: { lon: number; lat: number } | undefined, now: number,
): T[] {
  const weight = (task: T) => {
    const left = task.due_at ? (Date.parse(task.due_at) - now) / 3_600_000 : 72;
    const far = from && task.lon != null && task.lat != null ? metres(from, { lon: task.lon, lat: task.lat }) / 1000 : 0;
    return left < 0 ? left - 10_000 : left + far;
  };
  return [...tasks].sort((a, b) => weight(a) - weight(b));
}

/** An address that hands navigation to the phone's own map application. */
export const wayTo = (lon: number, lat: number, name: string) => `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`;
