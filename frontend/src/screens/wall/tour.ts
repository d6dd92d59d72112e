// SPDX-License-Identifier: Apache-2.0
/** A tour over the city: one stop after the other, at rest while somebody uses the screen or walls follow a case. */
import { computed, onScopeDispose, ref, type Ref } from "vue";

import type { Stop } from "./figures";

export const STAY_MS = 12_000;
/** Somebody who touched the screen is not disturbed for so long. */
export const QUIET_MS = 60_000;

export function useTour(stops: Ref<readonly Stop[]>, held: Ref<boolean>) {
  const on = ref(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  const stop = ref<Stop>();
  let index = -1;
  let touched = 0;

  const moving = computed(() => on.value && !held.value);
  function step(): void {
    if (!moving.value || Date.now() - touched < QUIET_MS || !stops.value.length) return;
    index = (index + 1) % stops.value.length;
    stop.value = stops.value[index];
  }
  const timer = window.setInterval(step, STAY_MS);
  onScopeDispose(() => window.clearInterval(timer));

  function touch(): void {
    touched = Date.now();
    stop.value = undefined;
  }
  function toggle(): void {
    on.value = !on.value;
    touched = 0;
    if (!on.value) stop.value = undefined;
    else step();
  }
  return { on, moving, stop, touch, toggle };
}
