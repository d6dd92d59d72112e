// SPDX-License-Identifier: Apache-2.0
import { alarmsEn } from "./desk.alarms.en";
import { intakeEn } from "./desk.intake.en";
import { registersEn } from "./desk.registers.en";
import { scoresEn } from "./desk.scores.en";
import { signsEn } from "./desk.signs.en";
import type { deskZh } from "./desk.zh";

export const deskEn: typeof deskZh = {
  ...intakeEn,
  ...registersEn,
  ...scoresEn,
  ...signsEn,
  ...alarmsEn,
  title: "Desk",
  brand: "Tongguan",
  skip: "Skip to content",
  menu: { label: "Main menu", cases: "Cases", queue: "Cases", intake: "Intake", hotline: "Hotline", video: "Video review", unread: "Unread parcels", quarantine: "Reports to check", command: "Command", alarms: "Alarms", handovers: "Danger", hot: "Hot matters", briefings: "Briefings", judgement: "Analysis", sensing: "Sensing", streams: "Devices", networks: "Networks", leaks: "Leaks", coverage: "Coverage", watch: "Rules over readings", supervision: "Supervision", revisits: "Call-backs", "revisit-plans": "Samples and results", suspicions: "False closings", regulation: "Rules", duties: "Responsibility list", rules: "Dispatch rules", processes: "Processes", indicators: "Vital signs", scores: "Scores", worktime: "Duty and calendars", workdays: "Working calendar", models: "Models", insight: "Insight", "limit-proposals": "Time limits", overload: "Overload", analysis: "Explorer", "analysis-projects": "Before complaints", "analysis-outlook": "Forecasts", operation: "Operation", letters: "Dead letters", wall: "Wall", registers: "Registers" },
  top: { menu: "Menu", inbox: "Inbox", unread: "{n} unread", live: "Live", lost: "Reconnecting", theme: "Dark", light: "Light", signOut: "Sign out", palette: "Find and command", language: "中文" },
  states: {
    reported: "To accept", pending_register: "To file", pending_verify: "Being verified", not_accepted: "Not accepted", pending_dispatch: "To dispatch", returned: "Returned",
    in_dispute: "In dispute", pending_handle: "To handle", handling: "Being handled", suspended: "Suspended", handle_finish: "To confirm", pending_check: "To check",
    checking: "Being checked", pending_close: "To close", closed: "Closed", forced_close: "Closed by force", voided: "Voided",
  },
  due: { none: "no limit", closed: "closed", over: "late by {span}", left: "{span} left", minutes: "{n} min", hours: "{n} h", days: "{n} d" },
  urgency: { normal: "Normal", urgent: "Urgent", critical: "Critical" },
  source: { grid: "Grid worker", hotline: "Hotline", citizen: "Citizen", desk: "Desk", department: "Department", video: "Video", sensor: "Sensor", alarm: "Alarm", cap: "Warning from outside", leader_mail: "Leader's mailbox", partner: "Partner", snap: "Snap", email: "E-mail", chat: "Chat group", open311: "Open311", cloudevents: "CloudEvents", mapped: "Import" },
  token: { state: "state", division: "area", box: "box", overdue: "overdue" },
  elsewhere: { title: "This page belongs to other posts", hint: "Ask a system administrator if you need it.", back: "Back to the cases" },
  queue: {
    area: "Drawn area", mapView: "Map", listView: "List", map: "Map of cases",
    title: "Cases", search: "Find cases", searchHint: "state:to-dispatch area:江北 overdue lamp", go: "Find", unknown: "Not understood: {words}", fresh: "{n} new cases", export: "Export table", register: "File a report",
    order: "Order", newest: "Newest first", due: "Soonest due first", all: "All open", overdue: "Overdue", total: "{n} cases", about: "about {n} cases", more: "Show more", none: "No case fits", noneHint: "Ask for less, or clear the line to see all open cases.", clear: "Clear",
    number: "Number", name: "Title", item: "Item", state: "State", limit: "Limit", unit: "Lead unit", at: "Told", chooseAll: "Choose all on this page", choose: "Choose {number}", caption: "Cases",
    views: "My views", save: "Save view", saveName: "Name of the view", drop: "Delete view {name}", dropped: "View “{name}” deleted", share: "for my unit, too", ofUnit: "shared", sharedBy: "Shared by {name}: {line}", mine: "Mine", keys: "Keys", counts: "Counts by state", people: "{n} people",
  },
  preview: { title: "Preview", none: "Choose a row with j / k to look at it here.", open: "Open case", next: "Next step" },
  bulk: {
    chosen: "{n} chosen", move: "Do to all", choose: "Choose a move", run: "Do {n}", clear: "Choose none", possible: "{possible} of {total} possible", refused: "{why}: {n}", none: "Nothing you may do to the chosen cases", title: "Many at once", close: "Close",
    all: "Choose all {n}", about: "Choose all, about {n}", gathering: "Choosing…", which: "Which cannot", andMore: "and {n} more", canUndo: "Can be taken back", cannotUndo: "Cannot be taken back", doing: "{name}: working", undoing: "{name}: taking back", running: "{done} of {total}", progress: "Progress", stop: "Stop", stopped: "Stopped as asked", broken: "Broke off, not finished",
    done: "{name}: {done} done", undone: "{name}: {done} taken back", failed: "{n} not done", undo: "Take back",
  },
  keys: { title: "Keys", j: "Next row", k: "Row above", o: "Open the case (Enter too)", x: "Choose the row", a: "Choose the page (again: all that fit)", d: "Work on the case", n: "File a report", slash: "Find", question: "This help", palette: "Find and command", esc: "Back to the list", send: "Send the form being filled in", r: "Read again" },
  palette: { title: "Find and command", hint: "Type a page, a state or a case number", none: "Nothing fits", find: "Find cases: {words}", go: "Go to", filter: "Show" },
  report: {
    title: "File a report", text: "What is told", item: "Item (name or code)", address: "Address", division: "Division code (without coordinates)", lon: "Longitude", lat: "Latitude", name: "Who tells", phone: "Telephone", secret: "Keep secret from whom it concerns", send: "File", done: "Filed, tracking code {tracking}, secret {secret}", check: "Filed, to be checked: {error}",
  },
  form: { automatic: "Automatic (by duty list)", choose: "Choose", lacking: "Please fill in: {names}", done: "{name}: done", manyHint: "Hold Ctrl to choose several", required: "required" },
  case: {
    map: "Place", mapTold: "{reports} further tellings, {cases} open cases nearby", toldHere: "Told from here: {words}",
    back: "Back to the cases", print: "Print", toWall: "Push to the wall", fromWall: "Take off the wall", onWall: "The walls of this centre fly to this case, for ten minutes", offWall: "The walls go their own way again", text: "The matter", noText: "(no text)", facts: "Facts", item: "Item", place: "Place", division: "Division and grid", source: "Source", unit: "Lead unit", opened: "Told", filed: "Filed", dueAt: "Due", closedAt: "Closed", filing: "Filing condition", closing: "Closing condition", component: "Component",
    counts: "Course", countsWords: "returns {returns} · reworks {reworks} · extensions {extensions} · suspensions {suspensions} · urges {urges} · reopened {reopens}", photos: "Photos and files", noPhotos: "No files", photo: "File {n}",
    process: "Process", way: "States so far", picture: "Process, now: {state}", timeline: "History", why: "Why it is done so", noWhy: "Nothing to explain yet", filingWhy: "Filing", dispatchWhy: "Dispatch", joiningWhy: "Joining", clocks: "Time by stage", noClocks: "No clock", running: "running", paused: "paused", stopped: "stopped", used: "took {span}", noLimit: "no limit",
    orders: "Orders", lead: "Lead", co: "Helping", noOrders: "Not dispatched yet", dispatched: "dispatched {at}", moves: "What you may do", noMoves: "Nothing waits for you here", movesHint: "It is your turn",
    conflict: "Somebody changed this case just now; your move was not made", conflictWho: "{who} at {at}: {move}, now {state}", conflictKept: "The newest content has been read. What you typed is kept; check it and send again.", conflictGone: "“{move}” can no longer be done. You had written: {words}", understood: "Understood",
    asking: "Applications and supervision", noAsking: "None", agree: "Approve", refuse: "Reject", extend: "Ask for more time", suspend: "Ask to suspend", timeout_appeal: "Appeal a timeout", urge: "Urge", supervise: "Supervise", instruct: "Instruct", whistle: "Whistle", note: "Explanation", words: "Words", reason: "Reason", until: "Until", days: "Answer within working days",
    season: "Season", works: "Works", money: "Funding", rights: "Ownership dispute", signed: "signed", unsigned: "not signed", answered: "answered", sign: "Sign", answer: "Answer", matter: "The same matter", people: "{people} people, {tellings} tellings", crowd: "crowd", repeats: "{n} of them by somebody who had told before", first: "First told", joined: "Joined", score: "{n}% alike",
    apart: "Another matter: take out", together: "Join to this case", never: "Never one matter", overruled: "Overruled by {who}: {reason}", maybe: "May be the same matter", noMaybe: "No likely duplicate", apartWhy: "Why apart", togetherWhy: "Why together", neverWhy: "Why never", compare: "Compare", metres: "{n} m apart", hours: "{n} apart",
    advice: "Suggested units", noAdvice: "No suggestion", allowed: "in the duty list", past: "Similar closed cases", noPast: "No similar case", ratings: "Ratings", noRatings: "No rating yet", secret: "secret", report: "Report", reports: "Reports in this case", nobody: "no contact left",
  },
  inbox: { title: "Inbox", readAll: "Mark all read", none: "No messages", noneHint: "Dispatches, urges, supervision and due warnings arrive here.", open: "Open case" },
  quarantine: { title: "Reports to check", hint: "These lack a place or an item; put them right and triage them again.", none: "Nothing to check", fix: "Correct and triage again", item: "Item (name or code)", lon: "Longitude", lat: "Latitude", system: "Coordinate system", division: "Division code", why: "Why", reply: "Answer at once", replyText: "Answer", still: "Still refused: {error}", done: "Done", noAddress: "no address", noItem: "none" },
  handovers: {
    title: "Danger to hand over", open: "Hand over to 110, 119, 120", service: "To whom", danger: "What the danger is", services: { police: "110 police", fire: "119 fire", ambulance: "120 ambulance" }, all: "Ended ones, too", none: "No danger waits", call: "Write down the call", number: "Number called", person: "Who took the call", note: "Note", taken: "Taken over", taker: "Who took it over", result: "Write down the result", resultText: "Result", falseAlarm: "No danger", why: "Why", steps: "History", noticed: "noticed {at} · told {n} times", noCase: "no case yet", seeCase: "See the case",
    states: { open: "To hand over", handed_over: "Handed over, not confirmed", acknowledged: "Taken over", ended: "Ended", false_alarm: "False alarm" },
    kinds: { noticed: "Noticed", opened: "Opened by hand", told_again: "Told again", placed: "Placed", handed_over: "Handed over", acknowledged: "Taken over", progress: "Under way", returned: "Given back", ended: "Result", false_alarm: "False alarm", overdue: "Late warning" },
    hows: { phone: "by telephone", transfer: "by conference call", system: "by system", radio: "by radio", on_site: "in person" }, untaken: "{system} has not got it: call {number} now", returned: "{system} gave it back: check and call {number} now", taken_by: "By system: {system} got it {at}", theirs: "Their number {n}",
  },
  hot: { title: "Hot matters", division: "Division code", since: "From", until: "To", show: "Show", none: "No hot matter in this time", rank: "Rank", name: "Matter", heat: "Heat", people: "People", tellings: "Tellings", busiest: "Busiest week", perDay: "A day", place: "Place", span: "From – to", cases: "Cases", nth: "Case {n}", caption: "Hot matters by rank" },
};
