// SPDX-License-Identifier: Apache-2.0
import "fake-indexeddb/auto";

import { mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { expect, test } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";

import { phoneZh } from "@/locales/phone.zh";
import { firstPage } from "@/phone/first";
import PhoneShell from "@/screens/phone/PhoneShell.vue";
import { phoneRoutes } from "@/screens/phone/routes";

/** What of a page is seen or read out: without Vue's own marks, the order of attributes and what waits for scripts. */
function seen(html: string): string {
  const whole = document.createElement("div");
  whole.innerHTML = html;
  for (const one of whole.querySelectorAll("*")) {
    for (const name of ["disabled", "aria-pressed"]) one.removeAttribute(name);
    const told = [...one.attributes].map(({ name, value }) => [name, value.split(" ").sort().join(" ")] as const).sort();
    for (const [name] of told) one.removeAttribute(name);
    for (const [name, value] of told) if (value) one.setAttribute(name, value);
  }
  return whole.innerHTML.replace(/<!--.*?-->/g, "");
}

test("what is shown before the scripts come is what they show then", async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/m", component: PhoneShell, children: phoneRoutes }] });
  await router.push("/m");
  const whole = mount({ template: "<RouterView />" }, { global: { plugins: [createPinia(), router] } });
  await expect.poll(() => whole.find("main a").exists()).toBe(true);
  expect(seen(whole.find(".phone").element.outerHTML)).toBe(seen(firstPage(phoneZh)));
});
