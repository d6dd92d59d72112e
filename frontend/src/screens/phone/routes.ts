// SPDX-License-Identifier: Apache-2.0
import type { RouteRecordRaw } from "vue-router";

/** Pages of the phone: citizens without a sign-in; collectors and handlers (`staff`) with one. */
export const phoneRoutes: RouteRecordRaw[] = [
  { path: "", name: "phone", component: () => import("@/screens/phone/HomePage.vue") },
  { path: "report", name: "report", component: () => import("@/screens/phone/ReportPage.vue") },
  { path: "progress", name: "progress", component: () => import("@/screens/phone/ProgressPage.vue") },
  { path: "mine", name: "mine", component: () => import("@/screens/phone/MinePage.vue") },
  { path: "patrol", name: "patrol", component: () => import("@/screens/phone/PatrolPage.vue"), meta: { staff: true } },
  { path: "tasks", name: "tasks", component: () => import("@/screens/phone/TasksPage.vue"), meta: { staff: true } },
  { path: "tasks/:id", name: "task", component: () => import("@/screens/phone/TaskPage.vue"), props: true, meta: { staff: true } },
];
