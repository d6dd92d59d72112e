// SPDX-License-Identifier: Apache-2.0
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { desk, keepCsrf, told } from "@/api/client";
import type { components } from "@/api/made/desk";

export type Me = components["schemas"]["Me"];

/** Who is signed in and what posts they hold. */
export const useSession = defineStore("session", () => {
  const me = ref<Me>();
  const posts = computed(() => new Set(me.value?.posts ?? []));

  async function load(): Promise<void> {
    me.value = await told(desk.GET("/api/desk/session"));
    keepCsrf(me.value.csrf);
  }
  /** Whether the person holds one of the posts; an empty list means everybody. */
  const holds = (wanted: readonly string[]) => !wanted.length || wanted.some((post) => posts.value.has(post));
  /** Whether the person holds one of the posts over a division: there, or in one above it. */
  const holdsOver = (wanted: readonly string[], division: string) => (me.value?.grants ?? []).some((one) => wanted.includes(one.post) && division.startsWith(one.division));

  async function signOut(): Promise<void> {
    await desk.DELETE("/api/desk/session");
    me.value = undefined;
    location.assign("/login");
  }
  return { me, posts, load, holds, holdsOver, signOut };
});
