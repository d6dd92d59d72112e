// SPDX-License-Identifier: Apache-2.0
import type { RouteRecordRaw } from "vue-router";

/** Pages of the desk. `posts` says who finds the page in the menu (nobody named: everybody); the server decides what they see. */
export const deskRoutes: RouteRecordRaw[] = [
  { path: "", name: "queue", component: () => import("@/screens/desk/QueuePage.vue") },
  { path: "cases/:id", name: "case", component: () => import("@/screens/desk/CasePage.vue"), props: true },
  { path: "inbox", name: "inbox", component: () => import("@/screens/desk/InboxPage.vue") },
  { path: "quarantine", name: "quarantine", component: () => import("@/screens/desk/QuarantinePage.vue") },
  { path: "handovers", name: "handovers", component: () => import("@/screens/desk/HandoversPage.vue") },
  { path: "hot", name: "hot", component: () => import("@/screens/desk/HotPage.vue") },
];

const CENTRE = ["acceptor", "dispatcher", "duty_chief"];
/** The menu, in the order of a working day. */
export const MENU: { name: string; to: string; posts: string[] }[] = [
  { name: "queue", to: "/desk", posts: [] },
  { name: "quarantine", to: "/desk/quarantine", posts: ["acceptor", "duty_chief"] },
  { name: "handovers", to: "/desk/handovers", posts: [...CENTRE, "leader", "supervisor"] },
  { name: "hot", to: "/desk/hot", posts: [...CENTRE, "leader", "supervisor", "evaluator"] },
];
