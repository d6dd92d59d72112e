// SPDX-License-Identifier: Apache-2.0
import { defineStore } from "pinia";
import { ref } from "vue";

import { Problem } from "@/api/client";

export interface Toast {
  id: number;
  words: string;
  kind: "plain" | "good" | "wrong";
  undo?: () => void;
}

const SECONDS = 6;

/** Short words at the edge of the screen; with a way back where there is one. */
export const useToast = defineStore("toast", () => {
  const toasts = ref<Toast[]>([]);
  let next = 1;

  function say(words: string, kind: Toast["kind"] = "plain", undo?: () => void): void {
    const toast: Toast = { id: next++, words, kind, undo };
    toasts.value = [...toasts.value, toast].slice(-3);
    window.setTimeout(() => drop(toast.id), SECONDS * 1000);
  }
  function drop(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }
  /** Say what went wrong in the server's own words. */
  const wrong = (error: unknown) => say(error instanceof Problem ? error.words : String(error), "wrong");
  return { toasts, say, drop, wrong };
});
