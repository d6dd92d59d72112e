// SPDX-License-Identifier: Apache-2.0
/** The size of an element in px, kept up to date: drawings are made for it, so that letters are never stretched. */
import { onBeforeUnmount, onMounted, reactive, type Ref } from "vue";

export function useSize(element: Ref<Element | undefined>) {
  const size = reactive({ width: 0, height: 0 });
  let watcher: ResizeObserver | undefined;
  onMounted(() => {
    watcher = new ResizeObserver(([entry]) => {
      if (entry) [size.width, size.height] = [Math.round(entry.contentRect.width), Math.round(entry.contentRect.height)];
    });
    if (element.value) watcher.observe(element.value);
  });
  onBeforeUnmount(() => watcher?.disconnect());
  return size;
}
