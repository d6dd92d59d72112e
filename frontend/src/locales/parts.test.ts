// SPDX-License-Identifier: Apache-2.0
// Words that come with a page come with every file that speaks them: a file that forgot would show their names.
import { describe, expect, it } from "vitest";

import { analysisZh } from "./analysis.zh";
import { briefingsZh } from "./briefings.zh";
import { insightZh } from "./insight.zh";
import { revisitsZh } from "./revisits.zh";

const PAGES = import.meta.glob("../screens/**/*.vue", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
const PARTS = { analysis: analysisZh, briefings: briefingsZh, insight: insightZh, revisits: revisitsZh };

describe.each(Object.entries(PARTS))("the words of %s", (part, words) => {
  it.each(Object.keys(words))("%s are learned wherever they are spoken", (group) => {
    const speakers = Object.entries(PAGES).filter(([, text]) => text.includes(`desk.${group}.`));
    expect(speakers.length).toBeGreaterThan(0);
    expect(speakers.filter(([, text]) => !text.includes(`locales/parts/${part}`)).map(([path]) => path)).toEqual([]);
  });
});
