// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { revisitsZh } from "./revisits.zh";

export const revisitsEn: Same<typeof revisitsZh> = {
  revisits: {
    pages: "Pages of call-backs", hint: "Independent call-backs: nobody of a unit that handled the case takes part; the number is shown for the call only, and every look is audited.", counts: "{due} due, {later} later", ready: "There are cases to call back about", none: "Nothing to call now", next: "Take the next", told: "Told", handled: "Result", closed: "closed {at}", why: "Why it was drawn", calls: "Calls", attempts: "{n} calls made, {most} at most", release: "Give back", unseal: "Show the number and call", audited: "Audited; for this call only", comment: "Further words", save: "Record the answers", otherwise: "No interview", note: "Note", recorded: "Recorded: {what}",
    responded: { true: "They did", false: "They did not" }, solved: { true: "Solved", false: "Not solved" },
    plans: "Plans", noPlans: "There is no plan yet.", version: "version {n}", write: "Write or change a plan", draw: "Draw a sample", draws: "Samples", noDraws: "Nothing was drawn yet.", since: "Closed from", until: "Closed until", progress: "{done} / {size} answered", seed: "seed {seed} · {method}", strata: "Strata ({n})", stratum: "Stratum", population: "Population", size: "To draw",
    plan: { code: "Code", name: "Name", strata: "Strata by (several)", allocation: "Allocation", proportional: "proportional", neyman: "Neyman", size: "Sample size", half: "or half width (± percentage points)", reason: "Why", note: "Give either a size or a half width; the same code again is a new version. Nobody of a unit that handled a case may call.", unstratified: "not stratified", sized: "{n} cases", precise: "±{half}%", tries: "{n} calls at most, {hours} h apart" },
    states: { waiting: "to call", answered: "answered", unreached: "not reached", declined: "declined", withdrawn: "withdrawn", reserve: "in reserve" }, left: { secret: "asked to stay secret", unreachable: "no telephone", unwilling: "not willing", called: "in another sample" },
    estimates: "What they say", exact: "The dot is the estimate, the thick line its interval, the triangle the unit's own surveys; outside of the interval they differ.", unit: "Unit", whole: "All", answered: "Answers / closed", solvedShare: "Solved", contentShare: "Content", survey: "Own surveys: solved", effect: "Design effect", differs: "differs", apart: "The unit says done, the citizen says not", noneApart: "No such case.", unitSaid: "Unit: {words}", citizenSaid: "Citizen: {words}", surveyYes: "the survey before said solved", surveyNo: "the survey before said unsolved, too",
  },
  suspicions: {
    state: "State", states: { waiting: "To judge", confirmed: "Right", rejected: "Wrong", held: "Held" }, list: "Suspicions", evidence: "Evidence", keys: "j k move · a right · d wrong · r reload", closed: "closed {at}", none: "No suspicion in this state", choose: "Choose a suspicion", score: "score {n}, from {from} on (version {version})", seeAgain: "See the new case {number}", again: "Told again", taken: "Where the photo was taken", map: "The case and the other place", sayWhy: "Say why", note: "Why (required)", supervise: "Right: supervise the unit", days: "within (working days)", reopen: "Right: reopen the case", confirm: "Right, otherwise dealt with", reject: "Wrong", confirmedOne: "{number} was found right", rejectedOne: "{number} was found wrong",
    actions: { none: "otherwise dealt with", reopen: "reopened", supervise: "supervised" },
    photos: { before: "Before", photo: "After (in doubt)", earlier: "The earlier photo" },
    detectors: { recomplaint: "told again near by", reused_photo: "photo used before", photo_elsewhere: "photo from elsewhere", photo_untimely: "photo of another time", too_fast: "impossibly fast", unsolved: "called back, not solved" },
    book: "How right they were", paused: "paused", waits: "{n} to judge", precision: "Precision", of: "{right} / {all} right ({low}–{high})", threshold: "from {at}, learned within {low}–{high}", resume: "Resume it",
  },
};
