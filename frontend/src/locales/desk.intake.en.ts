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
  video: {
    title: "Video review", state: "by state", states: { waiting: "To review", passed: "Went through", accepted: "Accepted", rejected: "Rejected" }, keys: "j / k next, a accept, figures reject", list: "Findings", none: { waiting: "No finding waits for review.", other: "No findings here." }, choose: "No picture to look at.", times: "{n} times",
    score: "algorithm {n}%", accept: "Accept", note: "Note (may be empty)", counts: "counts against the camera", countsNot: "does not count against the camera", acceptedOne: "Accepted: {title}", rejectedOne: "Rejected: {why}", picture: "{title} before {camera}", noPicture: "No picture", clip: "See the clip",
    book: "Precision book", noBook: "Nothing reviewed yet.", automatic: "goes through", precision: "precision", of: "{right} of {reviewed}, at least {lower}%", off: "Turn the automatic pass off", on: "Turn it back on",
  },
  unread: { title: "Unread parcels", hint: "What channels sent and no decoder could read: open, correct and read again; read the lot again once the decoder is mended; set aside what is of no use.", none: "Nothing unread", lot: "Read {n} of {channel} again", open: "Open", again: "Read again as it came", mend: "Correct and read again", body: "Content", why: "Why", dismiss: "Set aside", size: "{n} bytes", times: "{n} times", bytes: "No text: read it again as it came.", audited: "Opening it was written to the audit.", outcome: "{done} read, {left} still unread" },
  letters: { title: "Dead letters", refresh: "Read again", state: "State", engines: "{n} engines", lag: "{n} facts behind at most", jobs: "{n} open jobs", unnumbered: "{n} unnumbered", lane: "{waiting} waiting, {dead} given up", messages: "Messages given up", noMessages: "No message was given up", send: "Send {n} again", facts: "Facts not taken", noFacts: "Every fact was taken", give: "Give {n} again", all: "Choose all", subject: "Subject", to: "To", fault: "Fault", tries: "Tries", at: "At", fact: "Fact", subscriber: "Subscriber", replayed: "{n} on their way again" },
  compare: { title: "Side by side", back: "Compare, take out", noPoint: "no coordinates", hours: "{n} hours apart", days: "{n} days apart", for: "for one matter", against: "against it", parts: { text: "Text", place: "Place", time: "Time", item: "Item", name: "Name", picture: "Photos" } },
};
