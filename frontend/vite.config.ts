// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import type { Plugin, Rollup } from "vite";
import { defineConfig } from "vitest/config";

const BASE = "/static/web/";
/** Give the files that the phone's pages are made of: their chunks, what those import, and the styles. */
function phoneFiles(bundle: Rollup.OutputBundle): string[] {
  const found = new Set<string>();
  const take = (name: string): void => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") return;
    found.add(name);
    chunk.viteMetadata?.importedCss.forEach((css) => found.add(css));
    chunk.imports.forEach(take);
  };
  for (const [name, chunk] of Object.entries(bundle)) {
    if (chunk.type === "chunk" && (chunk.isEntry || chunk.facadeModuleId?.includes("/screens/phone/"))) take(name);
  }
  return [...found].sort();
}

/** Writes sw.js with the files of this build, so that an installed phone opens offline. */
function offlineShell(): Plugin {
  return {
    name: "offline-shell",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const files = phoneFiles(bundle).map((name) => BASE + name);
        const source = readFileSync(new URL("./src/sw.js", import.meta.url), "utf8");
        const version = createHash("sha256").update(files.join("|")).digest("hex").slice(0, 12);
        this.emitFile({
          type: "asset",
          fileName: "sw.js",
          source: source.replace("__VERSION__", version).replace("__FILES__", JSON.stringify(["/m", ...files])),
        });
      },
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
    // The map is one chunk of its own, loaded late.
    chunkSizeWarningLimit: 1_300,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/map": "http://127.0.0.1:8000", "/login": "http://127.0.0.1:8000" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], testTimeout: 60_000 },
});
