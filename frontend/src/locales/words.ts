// SPDX-License-Identifier: Apache-2.0
/** The words of the screens by their dotted keys, in the reader's language. What an own 1 KB does, no library need do on a phone. */
import { ref, shallowReactive } from "vue";

export type Locale = "zh" | "en";
/** A word, or a branch of words. */
export interface Words {
  [key: string]: string | Words;
}
export type Named = Record<string, unknown>;

const KEPT = "tongguan.locale";
/** The language that is shown; setting it shows everything anew. */
export const language = ref<Locale>(localStorage.getItem(KEPT) === "en" ? "en" : "zh");
const known: Record<Locale, Words> = { zh: shallowReactive<Words>({}), en: shallowReactive<Words>({}) };

/** Take in the words of a part of the screens, beside those of the part that are known. */
export function learn(part: string, inChinese: Words, inEnglish: Words): void {
  known.zh[part] = { ...branch(known.zh[part]), ...inChinese };
  known.en[part] = { ...branch(known.en[part]), ...inEnglish };
}

const branch = (at: string | Words | undefined): Words => (typeof at === "object" ? at : {});

function find(words: Words, key: string): string | undefined {
  let at: string | Words | undefined = words;
  for (const step of key.split(".")) at = typeof at === "object" && Object.hasOwn(at, step) ? at[step] : undefined;
  return typeof at === "string" ? at : undefined;
}

/** Whether there is such a word. */
export const te = (key: string): boolean => find(known[language.value], key) !== undefined;

/** Give the word of a key with its `{names}` filled in; without one in this language the Chinese, else the key. */
export function t(key: string, named: Named = {}): string {
  const word = find(known[language.value], key) ?? find(known.zh, key) ?? key;
  return word.includes("{") ? word.replace(/\{(\w+)\}/g, (_, name: string) => String(named[name] ?? "")) : word;
}

/** Show the other language from now on, and remember it on this device. */
export function speak(next: Locale): void {
  language.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next === "en" ? "en" : "zh-CN";
}

/** What a component asks for. */
export const useI18n = () => ({ t, te, locale: language });
