// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

import { BASE, GROUPS, pages } from "./vite.pages.ts";

export default defineConfig({
  base: BASE,
  plugins: [vue(), pages()],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // The interface of vue-i18n, of which the screens use three functions, in 1 KB of our own: a phone waits for each KB.
      "vue-i18n": fileURLToPath(new URL("./src/locales/words.ts", import.meta.url)),
    },
  },
  // What no screen uses is left out of the libraries.
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    outDir: "../tongguan/doors/static/web",
    emptyOutDir: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
    // The map is one chunk of its own, loaded late.
    chunkSizeWarningLimit: 1_300,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/map": "http://127.0.0.1:8000", "/login": "http://127.0.0.1:8000" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], testTimeout: 60_000 },
});
