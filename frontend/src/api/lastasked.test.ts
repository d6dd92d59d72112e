// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { into, lastAsked } from "./lastasked";

test("a slow answer never covers the answer to a later question", async () => {
  const ask = lastAsked();
  const shown = { value: "nothing" };
  const slow = new Promise<string>((resolve) => setTimeout(resolve, 20, "old"));
  const first = slow.then(into(ask(), shown));
  await Promise.resolve("new").then(into(ask(), shown));
  await first;
  expect(shown.value).toBe("new");
});

test("two pages do not know of each other's questions", () => {
  const one = lastAsked()();
  lastAsked()();
  expect(one()).toBe(true);
});
