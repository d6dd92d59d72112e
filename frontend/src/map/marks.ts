// SPDX-License-Identifier: Apache-2.0
/** Things that lie on the map as elements of the page: rings, the pin, the note at the pointer. */
import { Marker, Popup, type LngLatBoundsLike, type Map as LibreMap } from "maplibre-gl";

import type { Box, MapPoint } from "./points";

interface Place {
  lon: number;
  lat: number;
}

/** A mark of a class of its own that is at one place or nowhere; `dragged` makes it movable and hears where to. */
export function marker(className: string, dragged?: (place: Place) => void) {
  let mark: Marker | undefined;
  let movable = false;
  return {
    at(map: LibreMap, place?: Place): void {
      if (!place) {
        mark?.remove();
        mark = undefined;
        return;
      }
      if (!mark) {
        const element = document.createElement("span");
        element.className = className;
        element.ariaHidden = "true";
        mark = new Marker({ element }).setLngLat([place.lon, place.lat]).addTo(map);
        if (dragged) mark.on("dragend", () => { const { lng, lat } = mark!.getLngLat(); dragged({ lon: lng, lat }); });
        mark.setDraggable(movable);
      } else mark.setLngLat([place.lon, place.lat]);
    },
    /** Let it be moved by the pointer, or not. */
    move(now: boolean): void {
      movable = now;
      mark?.setDraggable(now);
    },
  };
}

/** The title of the point under the pointer, or what is told of a shape there. */
export function notes() {
  let popup: Popup | undefined;
  return {
    show(map: LibreMap, point?: Pick<MapPoint, "lon" | "lat" | "title">): void {
      popup?.remove();
      popup = !point?.title ? undefined : new Popup({ closeButton: false, closeOnClick: false, offset: 12 }).setLngLat([point.lon, point.lat]).setText(point.title).addTo(map);
    },
  };
}

/** How far the map may be moved: the city with room around it, so that nobody is lost in the void. */
export function locked([west, south, east, north]: Box): LngLatBoundsLike {
  const [wide, high] = [(east - west) * 2, (north - south) * 2];
  return [Math.max(-180, west - wide), Math.max(-85, south - high), Math.min(180, east + wide), Math.min(85, north + high)];
}
