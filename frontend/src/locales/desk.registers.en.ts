// SPDX-License-Identifier: Apache-2.0
import type { registersZh } from "./desk.registers.zh";
import type { Same } from "./en";

export const registersEn: Same<typeof registersZh> = {
  duties: {
    title: "Responsibility list", versions: "Versions", none: "No list yet", above: "{where}: read only here", number: "version {n}", rows: "{n} lines", by: "approved by {who}", compare: "See changes", list: "See the list", seek: "Find by item, division or unit", first: "Only the first {n} lines are shown; narrow it down.", back: "Bring back", discard: "Give up the draft", states: { draft: "draft", applied: "in force", superseded: "replaced", discarded: "given up" },
    take: "Import a list", file: "File (.xlsx or CSV)", whose: "Division (may be empty)", merge: "Only the file's lines change, the rest stays in force", read: "Read into a draft", refused: "{n} mistakes; nothing was stored", drafted: "{n} lines read, kept as draft version {number}", line: "Line {n}",
    who: "Who is responsible", ask: "Ask", nobody: "Nobody is", diff: "Version {n} against the list in force", same: "{n} lines as before", apply: "Bring into force", applyNote: "New dispatches go by this list; what is being worked on stays.", nothing: "No difference to the list in force.", choose: "Choose a version to see its lines, or what it changes.", lead: "Lead", clause: "Clause",
  },
  rules: {
    title: "Dispatch rules", none: "No rules yet; write some on the right.", everywhere: "everywhere", count: "{n} rules", states: { draft: "draft", published: "in force", superseded: "replaced" }, one: "Version {n}", write: "Write rules", text: "Rules (YAML)", draft: "Keep as a new draft", drafted: "Kept as draft version {n}", publish: "Bring into force", inForce: "Version {n} is in force",
    kind: "Kind", kinds: { routing: "Dispatch rules", straight: "Straight-through rules" }, try: "Try on the last {n} days", would: "Had these rules been in force ({since} to {until})", cases: "{n} cases", matched: "{n} matched", same: "{n} the same", different: "{n} otherwise", spared: "{n} returns spared", onTheWay: "Still on the way {n}", each: "Rule by rule", rule: "Rule", hits: "Matches", agree: "As it was", was: "As it was", wouldBe: "By these rules",
  },
  drawing: { tools: "Size of the drawing", smaller: "Smaller", larger: "Larger", whole: "Whole", apart: "Open apart", failed: "The drawing cannot be shown now" },
  processes: { title: "Processes", states: "{n} states", moves: "{n} moves", version: "Version", newest: "newest", shipped: "as shipped", picture: "Picture of {name}" },
  worktime: {
    noCalendars: "No local shifts; the national working days count.", title: "Duty and calendars", unit: "Unit", post: "Post", before: "Week before", now: "This week", after: "Week after", rota: "Duty rota", gaps: "Nobody on duty:", noRota: "No rota this week. Where none is kept everybody counts as on duty when cases are assigned.", nobody: "nobody", plan: "Plan a turn", person: "Person", from: "From", to: "To", cancel: "Cancel the turn of {name}",
    posts: { acceptor: "Acceptor", dispatcher: "Dispatcher", duty_chief: "Duty chief", department: "Department", handler: "Handler", collector: "Collector" },
    calendars: "Shifts", withNational: "national holidays", rest: "rest", weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  },
  workdays: {
    title: "Working calendar", calendar: "Calendar", national: "National days", before: "Year before", after: "Year after", unknown: "The holidays of {year} have not been imported; Monday to Friday count.", month: "Month {n}", note: "Limits count by this calendar; a change leaves running clocks alone unless you ask to recount.",
    kinds: { holiday: "rest", makeup_workday: "work" }, ordinary: "as the weekday", rest: "rest day", makeup: "make-up working day", altered: "altered", day: "Day", kind: "Becomes", name: "Name", reason: "Reason", source: "Source (notice and number)", recount: "Running clocks follow", alter: "Alter {day}", pick: "Choose a day to come.",
    preview: "See the effect first", save: "Save", effect: "Running clocks: {later} later, {sooner} sooner", none: "No running clock would move.", saved: "Saved", changes: "Changes", nobody: "Nothing was altered this year.", line: "{day} version {n}: {was} → {kind}", recounted: "{n} clocks set anew", kept: "running clocks left alone",
  },
  models: {
    measures: { rows: "Samples", accuracy: "Accuracy", macro_f1: "Macro F1", top3: "In the first three", calibration_error: "Calibration error", precision: "Precision when taken over", coverage: "Share taken over" }, title: "Models", none: "No version yet.", train: "Train a version", training: "Training…", trained: "{task}: a new version waits to be promoted", notTrained: "{task}: training failed", rollback: "Roll back", version: "Version", state: "State", figures: "Figures", agreed: "Agreed in the shadow", made: "Trained", rows: "{n} samples", compare: "Compare", shadow: "Shadow", promote: "Promote",
    beside: "{name} beside the active version on the same {n} texts", active: "Active", same: "Both say the same on {n}%", states: { waiting: "waiting", candidate: "waiting", shadow: "in the shadow", active: "active", retired: "retired" }, tasks: { item: "Kinds of matter" },
  },
  links: {
    title: "Links to components", hint: "Cases within your divisions in the last year. People's last word counts; a kind that was too often wrong is only suggested for now.", none: "No links yet.", kind: "Kind", linked: "Linked", suggested: "Suggested",
    judged: "Looked at", precision: "Right", state: "State", going: "automatic", stopped: "stopped, people are asked",
  },
  told: {
    title: "Component and urgency", component: "Component", machine: "System", notSought: "No component was looked for", metres: "{n} m away", chosen: "linked", confirm: "It is this one", take: "Take this one", other: "Another component, or none",
    otherHint: "The component's code of 17 digits; empty for none.", code: "Code of the component", reason: "Reason", urgency: "Urgency", noUrgency: "{level}; neither item nor words said otherwise.", change: "Change the urgency", level: "Urgency",
  },
};
