// SPDX-License-Identifier: Apache-2.0
// Refuses a build whose first load is over its budget (gzip): a phone must open on a slow line.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const out = new URL("../../tongguan/doors/static/web/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", out), "utf8"));
const KB = 1024;
/** Entry screens with the most their own static files may weigh, in KB gzip. */
const BUDGETS = { "src/screens/phone/PhoneShell.vue": 120, "src/screens/desk/DeskShell.vue": 420, "src/screens/wall/WallScreen.vue": 160 };

function closure(key, seen = new Set()) {
  if (seen.has(key) || !manifest[key]) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

let over = false;
for (const [screen, limit] of Object.entries(BUDGETS)) {
  if (!manifest[screen]) throw new Error(`no such screen in the build: ${screen}`);
  const files = new Set();
  for (const key of [...closure("index.html"), ...closure(screen)]) {
    files.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) files.add(css);
  }
  const weight = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, out))).length, 0) / KB;
  console.log(`${screen.split("/").pop()}: ${weight.toFixed(0)} KB gzip of ${limit} KB`);
  over ||= weight > limit;
}
if (over) process.exit(1);
