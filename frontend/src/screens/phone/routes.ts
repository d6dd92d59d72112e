// SPDX-License-Identifier: Apache-2.0
import type { RouteRecordRaw } from "vue-router";

/** Pages of the phone: citizens without a sign-in, collectors and handlers with one. */
export const phoneRoutes: RouteRecordRaw[] = [
  { path: "", name: "phone", component: () => import("@/screens/phone/HomePage.vue") },
];
