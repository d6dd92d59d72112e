// SPDX-License-Identifier: Apache-2.0
// Packs the built files once, gzip and brotli, so that the server need not do it for everybody who asks.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const out = fileURLToPath(new URL("../../tongguan/doors/static/web/assets/", import.meta.url));
/** Smaller ones gain less than the second look-up costs. */
const LEAST = 512;

for (const name of readdirSync(out).filter((one) => /\.(js|mjs|css)$/.test(one))) {
  const whole = readFileSync(out + name);
  if (whole.length < LEAST) continue;
  writeFileSync(`${out}${name}.gz`, gzipSync(whole, { level: 9 }));
  writeFileSync(`${out}${name}.br`, brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: whole.length } }));
}
