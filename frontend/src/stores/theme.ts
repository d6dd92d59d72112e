// SPDX-License-Identifier: Apache-2.0
import { defineStore } from "pinia";
import { ref, watchEffect } from "vue";

export type Theme = "light" | "dark" | "wall";
const KEPT = "tongguan.theme";
const LARGE = "tongguan.large";

/** Light, dark or wall; large type for those who want it. Kept on this device. */
export const useTheme = defineStore("theme", () => {
  const kept = localStorage.getItem(KEPT);
  const preferred: Theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = ref<Theme>(kept === "light" || kept === "dark" ? kept : preferred);
  const large = ref(localStorage.getItem(LARGE) === "yes");

  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.documentElement.classList.toggle("dark", theme.value !== "light");
    document.documentElement.classList.toggle("large", large.value);
  });
  function choose(next: Theme): void {
    theme.value = next;
    if (next !== "wall") localStorage.setItem(KEPT, next);
  }
  function chooseLarge(next: boolean): void {
    large.value = next;
    localStorage.setItem(LARGE, next ? "yes" : "no");
  }
  return { theme, large, choose, chooseLarge };
});
