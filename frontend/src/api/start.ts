// SPDX-License-Identifier: Apache-2.0
/** What the page brought along: answers to the first questions, by address. Each is given once, then asked for anew. */

/** After so long since the page was opened they are old. */
const FRESH_MS = 30_000;
let brought: Record<string, unknown> | undefined;

function read(): Record<string, unknown> {
  const text = document.getElementById("start")?.textContent;
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** Take the answer to a question that the page brought along, if it is the very same question. */
export function atHand(request: Request): Response | undefined {
  brought ??= read();
  const { pathname, search } = new URL(request.url);
  const address = pathname + search;
  if (request.method !== "GET" || !(address in brought) || performance.now() > FRESH_MS) return undefined;
  const body = JSON.stringify(brought[address]);
  delete brought[address];
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}
