// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { phoneZh } from "./phone.zh";

export const phoneEn: Same<typeof phoneZh> = {
  title: "Tongguan",
  offline: "Offline",
  large: "Large type",
  signIn: "Staff sign-in",
  nav: { home: "Home", progress: "Progress", mine: "On this phone", tasks: "Tasks" },
  home: {
    snap: "Snap and report", snapHint: "Photo, place, send: three steps, no account",
    progress: "How far is it", progressHint: "Follow it like a parcel",
    patrol: "Patrol report", patrolHint: "Works offline, sent when there is a network",
    tasks: "My tasks", tasksHint: "By distance and deadline",
    waiting: "{n} to send", refused: "{n} to mend",
  },
  report: {
    picked: "Place chosen on the map", onMap: "Choose on the map", onMapHint: "Move the map until the cross is on the place, then press “Take the cross”; or tap the map.",
    step1: "Photo", step2: "Place", step3: "Words", next: "Next", back: "Back", send: "Send",
    take: "Take or choose a photo", noPhoto: "You may go on without one", remove: "Remove photo {n}", photo: "Photo {n}",
    locating: "Finding the place…", located: "Found, within about {m} m", unlocated: "Not found: please write the address", again: "Find again",
    fromPhoto: "Use the place in the photo", address: "Address or landmark", addressHint: "e.g. before 128 Renmin Road",
    text: "What is it", textHint: "e.g. a broken manhole cover, somebody nearly fell",
    phone: "Phone (optional, for a call back)", secret: "Keep me secret from the party complained of", consent: "I agree to its use for handling and call-back",
    nearby: "Being handled nearby", nearbyHint: "If it is the same, say “me too” instead of telling it again",
    also: "Me too", alsoDone: "Seconded", near: "{m} m · {d} days ago · told by {n}", likely: "Very likely the same",
    needSomething: "Please add a photo or a few words", needPlace: "Please find the place or write the address", needConsent: "A phone number needs your consent",
  },
  done: {
    title: "Received", offline: "Kept on this phone, sent when there is a network", code: "Tracking code", pass: "Secret", kept: "Kept under “Progress”, no need to copy", more: "Report another", see: "See progress",
  },
  progress: {
    mine: "What I reported", none: "Nothing reported from this phone yet", other: "Ask by tracking code", code: "Tracking code", pass: "Secret", ask: "Ask",
    number: "Case {number}", replies: "Replies to you", told: "reported {at}", steps: "What happened",
  },
  survey: {
    title: "How was it", about: "Case {number}, open until {until}", responded: "Somebody contacted me", solved: "It is solved", satisfied: "Satisfaction",
    levels: { satisfied: "Satisfied", mostly: "Mostly satisfied", unsatisfied: "Dissatisfied" }, comment: "Anything else (optional)", send: "Send",
    thanks: "Thank you, your answer is kept", reopen: "Not solved: please take it up again", asked: "Asked to be taken up again; somebody will check",
  },
  mine: {
    title: "On this phone", none: "Nothing waits to be sent", waiting: "To send", sent: "Sent", refused: "Refused", again: "Send again", drop: "Delete", photos: "{n} photos", now: "Send now",
  },
  tasks: {
    map: "Map", list: "List",
    title: "My tasks", none: "No tasks at present", verify: "Verify", check: "Check", work: "Handle", stale: "Offline, as of {at}",
    distance: "{m} m", kilometres: "{k} km", go: "Navigate", due: "by {at}", late: "Overdue", noDue: "No limit",
  },
  task: {
    verifyAsk: "Is it as reported?", checkAsk: "Has it been dealt with?", yesVerify: "Yes", noVerify: "No", yesCheck: "Passed", noCheck: "Not passed",
    words: "What you saw", wordsNeeded: "Please say why it is not passed", photosNeeded: "Passing needs a photo", queued: "Kept, sent when there is a network", after: "Photos on site", condition: "Closing condition: {words}", gone: "This task is no longer yours: done, or given to somebody else", noMoves: "Nothing for you to do at present", moves: "What may be done",
    choose: "Please choose", reload: "Somebody changed the case: reload first",
  },
  photo: {
    before: "Before", after: "After", none: "No photo yet", nth: "{what}, photo {n}", noPlace: "Photo without a place", noTime: "Photo without a time", far: "{m} m from the site", at: "taken {at}",
  },
  patrol: { title: "Patrol report", track: "Record my track", tracking: "Recording, {n} points", stop: "End and send the track", trackTitle: "Track of {n} points" },
};
