// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { briefingsZh } from "./briefings.zh";

/** Words of briefings. */
export const briefingsEn: Same<typeof briefingsZh> = {
  briefings: {
    title: "Briefings", caption: "List of briefings", none: "There is no briefing yet. Choose a template and a day, then write.", write: "Write", template: "Template", division: "Division", day: "Day", since: "From", until: "To", focus: "Item code of the topic", every: "Every kind", everyState: "Every state", templates: "Templates", open: "Open",
    kinds: { daily: "Daily", weekly: "Weekly", monthly: "Monthly", topic: "Topic", after: "After action" }, states: { writing: "Being written", failed: "Failed", draft: "To be reviewed", reviewed: "To be signed", signed: "Signed", withdrawn: "Void" },
    name: "Title", kind: "Kind", place: "Area", state: "State", made: "Made", signed: "Signed", begun: "Writing began: {title}", back: "Back to the list", unknown: "No such briefing, or outside your divisions", percent: "{n}% done", more: "Earlier ones",
    schedules: "Written by themselves", noSchedule: "Nothing is scheduled.", at: "Time of day after a period", workdays: "Working days only", tellReady: "Tell when written", tellSigned: "Tell when signed", plan: "Keep schedule", planned: "Schedule kept", stop: "Stop", resume: "Resume", last: "Written up to", by: "Planned by", cadences: { day: "Daily", week: "Weekly", month: "Monthly", range: "On demand" },
    files: "Take as", html: "page", figureHint: "Click a number to see the cases it counted", rows: "Where the number comes from", measure: "Measure", then: "Counted then", now: "Counted now", same: "the same as when written", differs: "the book has changed since", listed: "The first {n}:", notShown: "{n} more are not listed here", noRows: "No case was counted.", close: "Close", shown: "Values of the drawing",
    actions: { cancel: "Stop writing", review: "Approve", send_back: "Send back", sign: "Sign", withdraw: "Declare void", distribute: "Distribute", polish: "Polish wording", remark: "Remark" }, reason: "Reason", text: "Text", posts: "To which posts", done: "Done", told: "{n} people told", drift: "Check against the book now", noDrift: "Counted anew: every number is the same.", drifted: "{n} numbers have changed",
    reword: "Word this sentence otherwise", rewordHint: "⟦ ⟧ hold locked numbers: they may be moved, not added or removed; the words may bring no number.", save: "Save", cancel: "Cancel", worded: "worded by an official", polished: "polished by the assistant", why: "Because: {when}", course: "Course", noCourse: "Nobody has touched it yet.", omitted: "Sentences left out by their condition", digest: "Digest",
    postNames: { leader: "Leader", duty_chief: "Duty chief", dispatcher: "Dispatcher", supervisor: "Supervisor", evaluator: "Evaluator", department: "Department" },
    notes: { wording: "Reworded", remark: "Remark", review: "Approved", send_back: "Sent back", sign: "Signed", withdraw: "Declared void", distribute: "Distributed", polish: "Polished", kept: "Polish refused" }, before: "Before", after: "After",
    edit: { title: "Templates of briefings", hint: "A template has sections, sentences, charts, tables and strategies; figures stand in braces. A change is a new version; earlier briefings stay.", text: "Text of the template", note: "What changed", saved: "Version {n} kept", store: "Keep as a new version", preview: "Preview", previewing: "Trying…", live: "Preview while writing", measures: "Measures", versions: "Versions", version: "Version {n}", shipped: "shipped", compare: "Compare with the one before", code: "Code", noChange: "Nothing changed", readOnly: "You may read templates; duty chiefs and evaluators change them." },
  },
};
