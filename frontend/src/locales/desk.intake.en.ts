// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { intakeZh } from "./desk.intake.zh";

export const intakeEn: Same<typeof intakeZh> = {
  hotline: {
    title: "Hotline", phone: "Caller's number", start: "Take the call", note: "Note on the call", end: "End the call", waiting: "Type the caller's number and press Enter: what the number told before stands on the left, help for what you type on the right.", earlier: "Told before", times: "{n} times", first: "The first call of this number.", urges: "urged {n} times",
    remind: "Pass on an urging", remindWords: "The caller's words", recent: "Recent calls", noRecent: "No calls yet.", notEnded: "not ended", seeCase: "See the case", outcome: { reported: "registered", answered: "answered", reminded: "urged" },
    matter: "Matter {n}", division: "Division", byPlace: "By the place", name: "Caller's name", register: "Register", reply: "Answer at once (a question, no case)", answer: "Answer and finish", fromKnowledge: "from answer {code}", needText: "Write down what is told first", needReply: "Write the answer first", registered: "Registered", answered: "Answered and finished",
    readOut: "Tell the caller: tracking code {tracking}, secret {secret}", toCheck: "To be checked: {error}", same: "The same matter: a further telling", sameAs: "Will join “{title}”", notSame: "Cancel",
    danger: "Feared danger: put through to {who} at once", services: { police: "110 police", fire: "119 fire service", ambulance: "120 ambulance" }, helpHint: "While you type, kinds of matter, places, likely duplicates, known answers and questions to ask appear here.",
    alike: "Likely duplicates", noAlike: "No similar open case near by.", items: "Kinds of matter", noItems: "Too few words for a suggestion.", confidence: "confidence", by: "by: {by}", places: "Places", noPlaces: "No place found; ask for a landmark.", answers: "Known answers", useAnswer: "Use this answer", script: "What to ask",
  },
};
