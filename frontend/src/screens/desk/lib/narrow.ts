// SPDX-License-Identifier: Apache-2.0
/** Whether the screen is as wide as the words of a media query say, kept up to date while it is shown. */
import { onMounted, onUnmounted, type Ref, ref } from "vue";

/** A phone held upright. */
export const NARROW = "(max-width: 600px)";

export function useWidth(query: string): Ref<boolean> {
  const media = matchMedia(query);
  const is = ref(media.matches);
  const hear = (event: MediaQueryListEvent) => (is.value = event.matches);
  onMounted(() => media.addEventListener("change", hear));
  onUnmounted(() => media.removeEventListener("change", hear));
  return is;
}
