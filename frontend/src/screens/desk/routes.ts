// SPDX-License-Identifier: Apache-2.0
import type { RouteRecordRaw } from "vue-router";

/** Pages of the desk. What a person sees on them is the server's word. */
export const deskRoutes: RouteRecordRaw[] = [
  { path: "", name: "queue", component: () => import("@/screens/desk/QueuePage.vue") },
  { path: "cases/:id", name: "case", component: () => import("@/screens/desk/CasePage.vue"), props: true },
  { path: "inbox", name: "inbox", component: () => import("@/screens/desk/InboxPage.vue") },
  { path: "hotline", name: "hotline", component: () => import("@/screens/desk/calls/HotlinePage.vue") },
  { path: "video", name: "video", component: () => import("@/screens/desk/video/VideoPage.vue") },
  { path: "unread", name: "unread", component: () => import("@/screens/desk/UnreadPage.vue") },
  { path: "quarantine", name: "quarantine", component: () => import("@/screens/desk/QuarantinePage.vue") },
  { path: "duties", name: "duties", component: () => import("@/screens/desk/registers/DutyListsPage.vue") },
  { path: "rules", name: "rules", component: () => import("@/screens/desk/registers/RulesPage.vue") },
  { path: "processes", name: "processes", component: () => import("@/screens/desk/registers/ProcessesPage.vue") },
  { path: "indicators", name: "indicators", component: () => import("@/screens/desk/signs/SignsPage.vue") },
  { path: "indicators/:code", name: "indicator", component: () => import("@/screens/desk/signs/SignPage.vue"), props: true },
  { path: "briefings", name: "briefings", component: () => import("@/screens/desk/briefings/BriefingsPage.vue") },
  { path: "briefings/:briefing", name: "briefing", component: () => import("@/screens/desk/briefings/BriefingPage.vue"), props: true },
  { path: "briefing-templates", name: "briefing-templates", component: () => import("@/screens/desk/briefings/TemplatesPage.vue") },
  { path: "worktime", name: "worktime", component: () => import("@/screens/desk/registers/WorktimePage.vue") },
  { path: "workdays", name: "workdays", component: () => import("@/screens/desk/registers/WorkdaysPage.vue") },
  { path: "models", name: "models", component: () => import("@/screens/desk/registers/ModelsPage.vue") },
  { path: "letters", name: "letters", component: () => import("@/screens/desk/LettersPage.vue") },
  { path: "handovers", name: "handovers", component: () => import("@/screens/desk/HandoversPage.vue") },
  { path: "alarms", name: "alarms", component: () => import("@/screens/desk/alarms/AlarmsPage.vue") },
  { path: "alarms/outside", name: "alarm-outside", component: () => import("@/screens/desk/alarms/OutsidePage.vue") },
  { path: "alarms/quiet", name: "alarm-quiet", component: () => import("@/screens/desk/alarms/QuietPage.vue") },
  { path: "alarms/book", name: "alarm-book", component: () => import("@/screens/desk/alarms/BookPage.vue") },
  { path: "alarms/:alarm", name: "alarm", component: () => import("@/screens/desk/alarms/AlarmPage.vue"), props: true },
  { path: "revisits", name: "revisits", component: () => import("@/screens/desk/revisits/CallsPage.vue") },
  { path: "revisits/plans", name: "revisit-plans", component: () => import("@/screens/desk/revisits/PlansPage.vue") },
  { path: "suspicions", name: "suspicions", component: () => import("@/screens/desk/revisits/SuspicionsPage.vue") },
  { path: "insight", name: "insight", component: () => import("@/screens/desk/insight/InsightPage.vue") },
  { path: "insight/limits", name: "limit-proposals", component: () => import("@/screens/desk/insight/LimitsPage.vue") },
  { path: "insight/limits/:proposal", name: "limit-proposal", component: () => import("@/screens/desk/insight/LimitPage.vue"), props: true },
  { path: "insight/overload", name: "overload", component: () => import("@/screens/desk/insight/OverloadPage.vue") },
  { path: "scores", name: "scores", component: () => import("@/screens/desk/scores/ScoresPage.vue") },
  { path: "scores/sets/:set", name: "score-set", component: () => import("@/screens/desk/scores/SetPage.vue"), props: true },
  { path: "streams", name: "streams", component: () => import("@/screens/desk/sensors/StreamsPage.vue") },
  { path: "networks", name: "networks", component: () => import("@/screens/desk/pipes/PipesPage.vue") },
  { path: "leaks", name: "leaks", component: () => import("@/screens/desk/leaks/LeaksPage.vue") },
  { path: "coverage", name: "coverage", component: () => import("@/screens/desk/sensors/CoverPage.vue") },
  { path: "watch", name: "watch", component: () => import("@/screens/desk/watch/WatchPage.vue") },
  { path: "analysis", name: "analysis", component: () => import("@/screens/desk/analysis/ExplorerPage.vue") },
  { path: "analysis/boards", name: "analysis-boards", component: () => import("@/screens/desk/analysis/BoardsPage.vue") },
  { path: "analysis/cases", name: "analysis-cases", component: () => import("@/screens/desk/analysis/BehindPage.vue") },
  { path: "analysis/projects", name: "analysis-projects", component: () => import("@/screens/desk/analysis/ProjectsPage.vue") },
  { path: "analysis/outlook", name: "analysis-outlook", component: () => import("@/screens/desk/analysis/OutlookPage.vue") },
  { path: "analysis/readings", name: "analysis-foresight", component: () => import("@/screens/desk/analysis/ForesightPage.vue") },
  { path: "hot", name: "hot", component: () => import("@/screens/desk/HotPage.vue") },
];

/** A line of the menu. `posts` says who finds it there (nobody named: everybody). */
export interface Entry {
  name: string;
  to: string;
  posts: string[];
}
const CENTRE = ["acceptor", "dispatcher", "duty_chief"];
const OPERATORS = ["acceptor", "duty_chief"];
const INSIGHT = ["dispatcher", "duty_chief", "leader", "supervisor", "evaluator", "auditor"];
const SENSERS = [...CENTRE, "leader", "supervisor", "auditor", "sysadmin", "department"];
const RULERS = ["dispatcher", "duty_chief", "leader", "sysadmin"];

/** The menu in the order of a working day; a group of which a person holds one entry is that entry. */
export const MENU: { name: string; entries: Entry[] }[] = [
  { name: "cases", entries: [{ name: "queue", to: "/desk", posts: [] }] },
  {
    name: "intake",
    entries: [
      { name: "hotline", to: "/desk/hotline", posts: OPERATORS },
      { name: "video", to: "/desk/video", posts: OPERATORS },
      { name: "quarantine", to: "/desk/quarantine", posts: OPERATORS },
      { name: "unread", to: "/desk/unread", posts: OPERATORS },
    ],
  },
  {
    name: "command",
    entries: [
      { name: "alarms", to: "/desk/alarms", posts: [...CENTRE, "leader", "supervisor", "evaluator", "auditor", "department"] },
      { name: "handovers", to: "/desk/handovers", posts: [...CENTRE, "leader", "supervisor"] },
      { name: "hot", to: "/desk/hot", posts: [...CENTRE, "leader", "supervisor", "evaluator"] },
    ],
  },
  {
    name: "supervision",
    entries: [
      { name: "scores", to: "/desk/scores", posts: ["evaluator", "leader", "supervisor", "duty_chief", "auditor", "department"] },
      { name: "revisits", to: "/desk/revisits", posts: [...OPERATORS, "supervisor"] },
      { name: "revisit-plans", to: "/desk/revisits/plans", posts: ["supervisor", "evaluator", "duty_chief", "leader", "auditor"] },
      { name: "suspicions", to: "/desk/suspicions", posts: ["supervisor", "duty_chief", "leader", "evaluator", "auditor"] },
    ],
  },
  {
    name: "judgement",
    entries: [
      { name: "briefings", to: "/desk/briefings", posts: [...CENTRE, "leader", "supervisor", "evaluator", "auditor"] },
      { name: "analysis", to: "/desk/analysis", posts: [...CENTRE, "leader", "supervisor", "evaluator", "auditor", "department"] },
      { name: "analysis-projects", to: "/desk/analysis/projects", posts: ["duty_chief", "leader", "supervisor", "evaluator"] },
      { name: "analysis-outlook", to: "/desk/analysis/outlook", posts: ["duty_chief", "leader", "supervisor", "evaluator"] },
      { name: "insight", to: "/desk/insight", posts: [...INSIGHT, "department"] },
      { name: "limit-proposals", to: "/desk/insight/limits", posts: INSIGHT },
      { name: "overload", to: "/desk/insight/overload", posts: [...INSIGHT, "department"] },
    ],
  },
  {
    name: "sensing",
    entries: [
      { name: "streams", to: "/desk/streams", posts: SENSERS },
      { name: "networks", to: "/desk/networks", posts: SENSERS },
      { name: "leaks", to: "/desk/leaks", posts: SENSERS },
      { name: "coverage", to: "/desk/coverage", posts: SENSERS },
      { name: "watch", to: "/desk/watch", posts: [...SENSERS, "evaluator"] },
    ],
  },
  {
    name: "regulation",
    entries: [
      { name: "duties", to: "/desk/duties", posts: RULERS },
      { name: "rules", to: "/desk/rules", posts: RULERS },
      { name: "processes", to: "/desk/processes", posts: [...RULERS, "supervisor", "evaluator"] },
      { name: "indicators", to: "/desk/indicators", posts: [...CENTRE, "leader", "supervisor", "evaluator", "auditor", "sysadmin"] },
      { name: "worktime", to: "/desk/worktime", posts: ["duty_chief", "dispatcher", "department", "sysadmin"] },
      { name: "workdays", to: "/desk/workdays", posts: [...RULERS, "sysadmin"] },
      { name: "models", to: "/desk/models", posts: ["sysadmin"] },
    ],
  },
  { name: "operation", entries: [{ name: "letters", to: "/desk/letters", posts: ["sysadmin"] }] },
];

/** The groups with what a person finds in them. */
export const menuOf = (holds: (posts: readonly string[]) => boolean) =>
  MENU.map((group) => ({ ...group, entries: group.entries.filter((entry) => holds(entry.posts)) })).filter((group) => group.entries.length);
