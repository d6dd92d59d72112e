// SPDX-License-Identifier: Apache-2.0
/** One stream for the whole desk; pages listen to it while they are open. */
import { defineStore } from "pinia";
import { onScopeDispose, ref } from "vue";

import { desk, told } from "@/api/client";
import { listen, type Hear, type Heard } from "@/api/stream";

export const useLive = defineStore("desk-live", () => {
  const live = ref<boolean>();
  const unread = ref(0);
  const ears = new Set<Hear>();
  let stop: (() => void) | undefined;

  async function count(): Promise<void> {
    unread.value = (await told(desk.GET("/api/desk/inbox/unread"))).unread;
  }
  function start(): void {
    stop ??= listen(
      (heard) => {
        if (heard.name === "InboxArrived") void count();
        for (const ear of ears) ear(heard);
      },
      (state) => (live.value = state),
    );
    void count();
  }
  function end(): void {
    stop?.();
    stop = undefined;
  }
  /** Hear the stream until the calling component is gone. */
  function hear(ear: (heard: Heard) => void): void {
    ears.add(ear);
    onScopeDispose(() => ears.delete(ear));
  }
  return { live, unread, count, start, end, hear };
});
