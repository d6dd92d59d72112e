// SPDX-License-Identifier: Apache-2.0
/** The phone's first page as plain HTML: shown, and its links pressed, while the scripts are still on their way. */
import type { phoneZh } from "../locales/phone.zh";

type Words = typeof phoneZh;

const tile = (to: string, sign: string, title: string, hint: string, kind = ""): string =>
  `<a href="${to}" class="card tile${kind}"><span class="sign" aria-hidden="true">${sign}</span><strong>${title}</strong><span></span><span class="hint">${hint}</span></a>`;

/** Give what a stranger sees at /m; what needs a script can be pressed when that has come. */
export function firstPage({ title, large, signIn, nav, home }: Words): string {
  return [
    `<div class="phone"><header class="phone-top"><h1>${title}</h1><button type="button" disabled>${large}</button><button type="button" lang="en" disabled>EN</button></header>`,
    `<main class="phone-main">`,
    tile("/m/report", "拍", home.snap, home.snapHint, " first"),
    tile("/m/progress", "查", home.progress, home.progressHint),
    `<p class="hint"><a href="/login?next=/m">${signIn}</a></p></main>`,
    `<nav class="phone-nav" aria-label="${title}"><a href="/m" class="router-link-active router-link-exact-active" aria-current="page">${nav.home}</a>`,
    `<a href="/m/progress">${nav.progress}</a><a href="/m/mine">${nav.mine}</a></nav></div>`,
  ].join("");
}
