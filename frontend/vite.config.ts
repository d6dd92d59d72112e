// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const BASE = "/static/web/";
/** What the phone needs to open without a network; map and charts are fetched when first used. */
const NOT_IN_SHELL = /(map|chart|element|desk|wall|\.map$)/i;

/** Writes sw.js with the list of files of this build, so that an installed phone opens offline. */
function offlineShell(): Plugin {
  return {
    name: "offline-shell",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => !NOT_IN_SHELL.test(name)).map((name) => BASE + name);
      const source = readFileSync(new URL("./src/sw.js", import.meta.url), "utf8");
      const version = files.join("|").split("").reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7).toString(36);
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: source.replace("__VERSION__", version).replace("__FILES__", JSON.stringify(["/m", ...files.filter((f) => !f.endsWith("index.html"))])),
      });
    },
  };
}

export default defineConfig({
  base: BASE,
  plugins: [vue(), offlineShell()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../tongguan/doors/static/web",
    emptyOutDir: true,
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 1400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "map", test: /node_modules[\\/](maplibre-gl|pmtiles)/ },
            { name: "chart", test: /node_modules[\\/](echarts|zrender)/ },
            { name: "element", test: /node_modules[\\/](element-plus|@element-plus|async-validator|dayjs)/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/map": "http://127.0.0.1:8000", "/login": "http://127.0.0.1:8000" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
