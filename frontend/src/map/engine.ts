// SPDX-License-Identifier: Apache-2.0
/** What the browser and the map file can do, asked once; tiles come out of one file in ranges. */
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { Protocol } from "pmtiles";

import { base, told } from "@/api/client";
import type { components } from "@/api/made/map";

export type MapInfo = components["schemas"]["MapShown"];

let asked: Promise<MapInfo> | undefined;
let ready = false;

/** Name, bounds, address and review number of the base map; a failed question is asked again next time. */
export function mapInfo(): Promise<MapInfo> {
  asked ??= (told(base.GET("/api/map/info")) as Promise<MapInfo>).catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

/** Say whether this browser draws WebGL 2 at all. */
export function canDraw(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

/** Give the worker its own file (no blob: the pages' policy names only this server) and PMTiles its protocol. */
export function prepare(): void {
  if (ready) return;
  ready = true;
  setWorkerUrl(workerUrl);
  addProtocol("pmtiles", new Protocol().tile);
}
