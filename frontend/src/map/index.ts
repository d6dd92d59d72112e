// SPDX-License-Identifier: Apache-2.0
/** The map for screens: loaded only where one is shown, after what is more urgent. */
import { defineAsyncComponent } from "vue";

export const CityMap = defineAsyncComponent(() => import("./CityMap.vue"));
export type { Box, LonLat, MapPoint, PointState } from "./points";
export type { MapTheme } from "./palette";
