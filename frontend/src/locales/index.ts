// SPDX-License-Identifier: Apache-2.0
/** Words of the screens: Chinese is the source, English must have the same keys (a missing one does not compile). */
import { en, type Same } from "./en";
import { language, learn, type Locale, speak, type Words } from "./words";
import { zh } from "./zh";

export type { Locale } from "./words";

for (const [part, words] of Object.entries(zh)) learn(part, words, en[part as keyof typeof zh]);

/** Add the words of a part of the screens; `./parts/…` does so where they are used, so that a phone loads none of the desk's. */
export function teach<T extends object>(part: string, inChinese: T, inEnglish: Same<T>): void {
  learn(part, inChinese as unknown as Words, inEnglish as unknown as Words);
}

export const locale = (): Locale => language.value;
export const chooseLocale = speak;
