// SPDX-License-Identifier: Apache-2.0
/** Three faces of one state: the desk, the wall, the phone. Each is loaded only where it is opened. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { deskRoutes } from "@/screens/desk/routes";
import { phoneRoutes } from "@/screens/phone/routes";

const routes: RouteRecordRaw[] = [
  { path: "/desk", component: () => import("@/screens/desk/DeskShell.vue"), children: deskRoutes },
  { path: "/wall", component: () => import("@/screens/wall/WallScreen.vue"), meta: { signedIn: true, title: "wall" } },
  { path: "/m", component: () => import("@/screens/phone/PhoneShell.vue"), children: phoneRoutes },
  { path: "/:rest(.*)*", component: () => import("@/screens/NotFound.vue") },
];

export const router = createRouter({ history: createWebHistory(), routes });
