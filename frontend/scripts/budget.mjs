// SPDX-License-Identifier: Apache-2.0
// Refuses a build whose first load is over its budget (gzip): a phone must open on a slow line.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const out = new URL("../../tongguan/doors/static/web/", import.meta.url);
const pages = JSON.parse(readFileSync(new URL("pages.json", out), "utf8"));
const KB = 1024;
/** Addresses with the most their own static files may weigh, in KB gzip, and how many they may be. */
const BUDGETS = { "/m": [60, 6], "/desk": [105, 6], "/wall": [75, 6] };

let over = false;
for (const [address, [limit, most]] of Object.entries(BUDGETS)) {
  const files = pages[address];
  const weight = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, out))).length, 0) / KB;
  console.log(`${address}: ${weight.toFixed(0)} KB gzip of ${limit} KB, ${files.length} files of ${most}`);
  over ||= weight > limit || files.length > most;
}
if (over) process.exit(1);
