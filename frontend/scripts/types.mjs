// SPDX-License-Identifier: Apache-2.0
// Makes TypeScript types from the interfaces' own documents in openapi/ (written by `make openapi`).
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const here = new URL("../", import.meta.url);
mkdirSync(new URL("src/api/made/", here), { recursive: true });
for (const file of readdirSync(new URL("openapi/", here)).filter((name) => name.endsWith(".json"))) {
  const made = astToString(await openapiTS(new URL(`openapi/${file}`, here)));
  writeFileSync(new URL(`src/api/made/${file.replace(".json", ".d.ts")}`, here), made);
}
