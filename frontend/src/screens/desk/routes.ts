// SPDX-License-Identifier: Apache-2.0
import type { RouteRecordRaw } from "vue-router";

/** Pages of the desk. `posts` says who finds the page in the menu; the server decides what they see. */
export const deskRoutes: RouteRecordRaw[] = [
  { path: "", name: "queue", component: () => import("@/screens/desk/QueuePage.vue") },
];
