// SPDX-License-Identifier: Apache-2.0
/** Who works by the keyboard alone never stands nowhere. */

/** Whether nothing on the page has the focus. */
export const unfocused = () => !document.activeElement || document.activeElement === document.body;

/** Give the focus to the first of these that is there, unless something has it already. */
export function refocus(...places: (HTMLElement | null | undefined)[]): void {
  if (unfocused()) places.find(Boolean)?.focus();
}
