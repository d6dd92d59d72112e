// SPDX-License-Identifier: Apache-2.0
/** What each address needs before it shows anything: told to the server (pages.json) and to the phone's service worker. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Plugin, Rollup } from "vite";

import { phoneZh } from "./src/locales/phone.zh.ts";
import { firstPage } from "./src/phone/first.ts";

export const BASE = "/static/web/";
/** Addresses with the modules they open with; one that ends in / stands for all below it. */
const PAGES: Record<string, string[]> = {
  "/desk": ["screens/desk/DeskShell.vue", "screens/desk/QueuePage.vue"],
  "/desk/": ["screens/desk/DeskShell.vue"],
  "/desk/cases/": ["screens/desk/DeskShell.vue", "screens/desk/CasePage.vue"],
  "/wall": ["screens/wall/WallScreen.vue"],
  "/m": ["screens/phone/PhoneShell.vue", "screens/phone/HomePage.vue"],
  "/m/": ["screens/phone/PhoneShell.vue"],
};
/** Modules that always travel together are one file: a browser fetches six at once, the seventh waits for a whole journey. */
export const GROUPS = [
  { name: "base", test: /node_modules\/(@vue|vue|vue-router|pinia|openapi-fetch)\/|src\/(App\.vue|router|zone|api\/|locales\/(index|words|zh|en)\.ts|stores\/(theme|toast)|components\/AppToast|styles\/(base|tokens)|map\/(index|points)|screens\/\w+\/routes)/, priority: 3 },
  { name: "phone", test: /src\/(screens\/phone\/(PhoneShell|HomePage)|stores\/(staff|queue|kept)|phone\/sending|locales\/(parts\/)?phone|styles\/phone)|node_modules\/idb\//, priority: 2 },
  { name: "desk", test: /src\/(screens\/desk\/(DeskShell|desk\.css|QueuePage|lib\/|parts\/|stores\/(cases|live|map|views))|locales\/(parts\/)?desk|stores\/session)/, priority: 1 },
];

function closure(bundle: Rollup.OutputBundle, modules: (id: string) => boolean): string[] {
  const found = new Set<string>();
  const take = (name: string): void => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") return;
    found.add(name);
    chunk.viteMetadata?.importedCss.forEach((css) => found.add(css));
    chunk.imports.forEach(take);
  };
  for (const [name, chunk] of Object.entries(bundle)) {
    if (chunk.type === "chunk" && (chunk.isEntry || chunk.moduleIds.some(modules))) take(name);
  }
  return [...found].sort();
}

/** Writes pages.json (address → files to load at once), first.html (what /m shows at once) and sw.js with the phone's files, so that it opens offline. */
export function pages(): Plugin {
  return {
    name: "pages",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const told = Object.entries(PAGES).map(([address, modules]) => [address, closure(bundle, (id) => modules.some((one) => id.endsWith(one)))]);
        this.emitFile({ type: "asset", fileName: "pages.json", source: JSON.stringify(Object.fromEntries(told)) });
        this.emitFile({ type: "asset", fileName: "first.html", source: firstPage(phoneZh) });
        const files = closure(bundle, (id) => id.includes("/screens/phone/")).map((name) => BASE + name);
        const source = readFileSync(new URL("./src/sw.js", import.meta.url), "utf8");
        const version = createHash("sha256").update(files.join("|")).digest("hex").slice(0, 12);
        this.emitFile({ type: "asset", fileName: "sw.js", source: source.replace("__VERSION__", version).replace("__FILES__", JSON.stringify(["/m", ...files])) });
      },
    },
  };
}
