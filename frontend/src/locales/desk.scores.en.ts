// SPDX-License-Identifier: Apache-2.0
import type { scoresZh } from "./desk.scores.zh";
import type { Same } from "./en";

export const scoresEn: Same<typeof scoresZh> = {
  scores: {
    title: "Scores", caption: "Scores", set: "Set", kind: "Period", kinds: { month: "Month", quarter: "Quarter", year: "Year", days: "Days" }, period: "Code of the period", show: "Show", wording: "Indicators and weights", back: "Back to the scores",
    closed: "Closed", open: "Open, moves with the cases", readAt: "casebook read up to {at}", noBook: "the casebook is being built", source: "source {source}, confidence {confidence}",
    confidences: { high: "high", medium_high: "rather high", medium: "medium", low: "low", design: "designed here" },
    class: "Class", everyClass: "Every class", find: "Find by name", compare: "Beside the period before", corrections: "Corrections after closing", check: "Compute again", close: "Close this period", closedNow: "{period} is closed, its scores no longer move", holds: "Computed again it gives what was kept", broken: "Computed again it gives something else",
    none: "No scores to see", rank: "Rank", name: "Name", total: "Total", grade: "Grade", moved: "Against before", reasons: "Why there is no total", unnamed: "a peer", behind: "Behind the score of {name}", hide: "Hide",
    counts: "Counts", count: "Count", number: "Number", chooseCount: "Choose a count to see each case counted and left out.", counted: "Counted {n}", leftOut: "Left out {n}", noMarks: "No cases", cases: "Cases", case: "Case", at: "Time", amount: "Counts", why: "Reason", more: "More",
    change: "Correction", added: "to be added", taken: "to be taken away", correctionsNote: "What became known after closing is listed here; the closed scores stay.", noCorrections: "No corrections.", unset: "to be set",
    alter: "Alter", alterTitle: "Draft of version {n}", parts: "Parts of the total", part: "Part", weight: "Weight", weightOf: "Weight of {name}", formula: "Formula", formulaOf: "Formula of {name}", from: "Source", fromOf: "Source of {name}", note: "Note", rates: "Rates", confidence: "Confidence", sum: "Weights sum to {n}", parameter: "Parameter {name}",
    exclude: "Left out", excludes: { excused: "excused timeouts (timed counts)", consult: "mere questions", impossible: "found impossible", force_majeure: "force majeure", other: "other decisions" }, visible: "Who is scored sees", visibles: { own: "only the own score", class: "own score and unnamed ranks of the class", all: "everything" },
    reason: "Why", rehearse: "Try on a past period", tried: "What it would score", save: "Keep as a draft", drafted: "Version {n} is drafted; somebody else approves it", approve: "Approve", approved: "Version {n} is in force", versions: "Versions", shipped: "comes with the program", approvedBy: "approved by {name}", states: { draft: "draft", in_force: "in force", replaced: "replaced", dropped: "dropped" },
  },
};
