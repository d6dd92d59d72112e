// SPDX-License-Identifier: Apache-2.0
/** Keys of one letter, bound at the window; silent while somebody types or a dialog is open. */
import { onMounted, onUnmounted } from "vue";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

const typing = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
/** Enter on a link or a button is that control's own. */
const pressing = (event: KeyboardEvent) => event.key === "Enter" && event.target instanceof HTMLElement && /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName);

/** Chords and function keys are no writing: they are heard while somebody types, too. */
const free = (event: KeyboardEvent) => event.ctrlKey || event.metaKey || /^F\d+$/.test(event.key);

/** Bind keys while the calling component is shown. Names: `j`, `?`, `Enter`, `F2`, `ctrl+k`, `ctrl+enter`. */
export function onKey(keys: Keys): void {
  const hear = (event: KeyboardEvent) => {
    const chord = event.ctrlKey || event.metaKey;
    if (event.altKey || event.isComposing || (!free(event) && (typing(event.target) || pressing(event) || document.querySelector("dialog[open]")))) return;
    const act = keys[chord ? `ctrl+${event.key.toLowerCase()}` : event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  };
  onMounted(() => window.addEventListener("keydown", hear));
  onUnmounted(() => window.removeEventListener("keydown", hear));
}
