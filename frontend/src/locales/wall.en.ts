// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { wallZh } from "./wall.zh";

export const wallEn: Same<typeof wallZh> = {
  title: "City in operation",
  modes: { daily: "Daily", alert: "Alert", emergency: "Emergency" },
  mode: "Layout",
  full: "Full screen",
  asOf: "As of {time}",
  stale: "Out of date, last heard {time}",
  open: "Open",
  overdue: "Overdue",
  urgent: "Urgent, open",
  today: "New today",
  returned: "Open after returns",
  reopened: "Reopened",
  unit: "cases",
  map: "Open cases in space",
  mapTold: "{n} open cases with a place; red is overdue, amber nearly due",
  trend: "New in 24 hours",
  districts: "Open by district",
  items: "By item",
  hot: "Hot matters",
  people: "{n} people",
  feed: "Live",
  alarms: "Overdue and urgent",
  partial: "of the newest {n} only",
  moved: "Moved",
  opened: "New",
  closed: "Closed",
  reopenedOne: "Reopened",
};
