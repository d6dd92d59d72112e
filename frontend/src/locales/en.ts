// SPDX-License-Identifier: Apache-2.0
import type { zh } from "./zh";

/** The same keys as another tree, with any words. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> };

export const en: Same<typeof zh> = {
  common: { undo: "Undo", close: "Close", save: "Save", cancel: "Cancel", more: "More", loading: "Loading…", none: "Nothing here", retry: "Try again", theme: "Dark", language: "中文", live: "Live", lost: "Connection lost, reconnecting" },
  missing: { title: "There is no such page", desk: "Back to the desk" },
};
