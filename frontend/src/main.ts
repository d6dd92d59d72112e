// SPDX-License-Identifier: Apache-2.0
import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/App.vue";
import { router } from "@/router";
import "@/styles/tokens.css";
import "@/styles/base.css";

const app = createApp(App).use(createPinia()).use(router);
// What the page shows already stays until there is something to put in its place.
void router.isReady().finally(() => app.mount("#app"));
