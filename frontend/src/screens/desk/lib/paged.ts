// SPDX-License-Identifier: Apache-2.0
/** A list that is read page by page. */
import { ref, shallowRef } from "vue";

import { lastAsked } from "@/api/lastasked";
import { useToast } from "@/stores/toast";

export function usePaged<Row>(ask: (after: string | undefined) => Promise<{ rows: Row[]; next: string | null }>) {
  const rows = shallowRef<Row[]>([]);
  const next = ref<string | null>(null);
  const ready = ref(false);
  const toast = useToast();
  const turn = lastAsked();

  async function load(further = false): Promise<void> {
    const still = turn();
    try {
      const page = await ask(further ? (next.value ?? undefined) : undefined);
      if (!still()) return;
      rows.value = further ? [...rows.value, ...page.rows] : page.rows;
      next.value = page.next;
    } catch (error) {
      toast.wrong(error);
    } finally {
      ready.value = true;
    }
  }
  return { rows, next, ready, load };
}
