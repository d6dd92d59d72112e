// SPDX-License-Identifier: Apache-2.0
import type { Same } from "./en";
import type { sensingZh } from "./sensing.zh";

export const sensingEn: Same<typeof sensingZh> = {
  streams: {
    title: "Devices", caption: "Registered streams with their newest readings", find: "Find by device, place or quantity", kind: "Kind of place", property: "Quantity", every: "All", all: "All quantities", none: "No device fits.", empty: "No device is registered yet; take some from a file below.",
    thing: "Place", observed: "Quantity", newest: "Newest", age: "Age", quality: "Quality", device: "Device", division: "Division",
    away: "Readings cannot be asked just now; only the register is shown.", never: "never heard", late: "overdue", off: "out of use", good: "fine",
    ages: { seconds: "{n} s", minutes: "{n} min", hours: "{n} h", days: "{n} d" },
    flags: { late: "late", ahead: "clock ahead", repeated: "repeated", out_of_order: "out of order", out_of_range: "out of range", not_a_number: "not a number", wrong_unit: "wrong unit", stuck: "stuck?", flood: "flooding", tampered: "tampered?" },
    choose: "Choose a stream to see its course.", spans: { day: "Day", week: "Week", year: "Year" }, span: "Span of time", course: "{name}, lowest {low}, highest {high} {unit}", noCourse: "No reading in this time.",
    exact: "single readings", summed: "sums of {n}", broken: "{n} gaps", flagged: "{n} places with quality flags", range: "range {low} to {high} {unit}", noRange: "no range declared", interval: "every {n} s", noInterval: "no interval declared", asTable: "Show as a table", at: "Time", low: "Lowest", mean: "Mean", high: "Highest", model: "Model", maker: "Maker", key: "Key",
    strangers: "Waiting to be registered", strangersHint: "These devices tell readings and are not registered; once they are, kept messages are read again.", noStrangers: "No device is waiting.", broker: "Broker", told: "Told", first: "First", last: "Last",
    take: "Import devices", takeHint: "The first line of a CSV names its columns, thing (code of the place) and observed (code of the quantity) among them; JSON works too.", file: "File (CSV or JSON)", crs: "Coordinates", send: "Import", taken: "{rows} rows: {created} new, {updated} updated, {refused} not taken.", line: "Line {n}", mistakes: "Rows not taken",
  },
  watch: {
    title: "Rules over readings", caption: "Rules over readings", find: "Find by code or name", none: "No rule fits.", empty: "There is no rule yet.", state: "State", everyState: "Any state", states: { draft: "draft", rehearsed: "rehearsed", in_force: "in force", retired: "retired" },
    name: "Rule", detector: "Detector", where: "Division", unset: "{n} to be set", version: "version {n}", versions: "Versions", choose: "Choose a rule to see its limits, their sources and its rehearsal.", since: "in force since {at}", until: "retired {at}", by: "written by {who}, {at}", reason: "Reason",
    parameter: "Parameter", value: "Value", source: "Source", confidence: "Confidence", toSet: "to be set", confidences: { high: "high", medium: "medium", low: "low", own: "own experience", unknown: "unknown" }, byDefault: "default {value}", watched: "Watches", tellsFrom: "reported as a case from {grade}", tellsNone: "not reported", grades: { 1: "blue", 2: "yellow", 3: "orange", 4: "red" },
    diff: "Against version {n}", same: "No difference to the version before.", rehearse: "Rehearse the last 30 days", rehearsing: "Running over the last 30 days of readings…", would: "From {from} to {to} this version would have raised", alarms: "{n} alarms", judged: "{readings} readings, {streams} streams, {subjects} subjects", before: "version {version} in force, same time: {n}", book: "judged true {t}, false {f} in that time; this version raises {rt} and {rf} of them again", perDay: "Alarms by day", most: "Subjects with most", day: "Day", count: "Alarms",
    readOnly: "Kept by the duty chief, administrator or evaluator of {where}; you read it only.", on: "Switch on", off: "Switch off", onNote: "It takes the place of the version in force.", next: "Write the next version", nextNote: "An empty value is to be set; give each limit its source and how sure it is.", save: "Keep as a draft", saved: "Kept as draft version {n}",
  },
  pipes: {
    title: "Networks", none: "No network lies in your divisions yet.", which: "Network", map: "Map of the network; click a pipe for the valves to shut", partly: "Only the first 5,000 pipes are shown.", find: "Find by code of pipe or node", edges: "Pipes", edge: "Pipe", ends: "From – to", length: "Length", diameter: "Diameter", metres: "{n} m", shut: "Valves to shut", up: "Upstream", down: "Downstream", gas: "Gas spread",
    valves: "Shut these valves", noValves: "no valve can be shut", users: "Without supply", nobody: "nobody", beyond: "{n} more beyond", cut: "Pipes cut off with it", incomplete: "valves alone do not cut it off", stuck: "This valve is stuck", choose: "Click a pipe on the map, or choose one in the table.", met: "{way} of {node}: {n} nodes", spread: "Where gas leaking at {node} may gather", nowhere: "No hollow space is near.", near: "{n} m", likely: "likelihood {n}%", from: "from node", own: "{n} nodes here",
    layers: { pipes: "Pipes", cut: "Cut off", without: "Without supply", valve: "Valves to shut", met: "Trace and spread" },
  },
  cover: {
    title: "Coverage", hint: "Where nothing measures, where sensors overlap, which poles carry several and which could be one. How far a sensor reaches depends on the device and what is asked of it: give it yourself.", noSensors: "No sensor is registered in your divisions; import some under Devices.", choose: "Choose a division and a property, say how far a sensor reaches, then analyse.",
    division: "Division", property: "Property", radius: "Reach (m)", class: "Against components", noClass: "none", kind: "Kind of pole", everyKind: "all", within: "One pole within (m)", ask: "Analyse", figures: "Result", share: "Covered", sensors: "Sensors", cells: "Cells", of: "{n} of {all}", bare: "Things without a sensor", onMap: "On the map", map: "Map of coverage",
    times: "Covered how often", coveredBy: "Covered by", by: "{n} sensors", part: "Share", tables: "Details", where: "Where", what: "What", see: "Show on the map", carries: "{n} devices: {what}", apart: "{n} m apart", first: "Only the first {n} rows are listed.",
    layers: { gaps: "Gaps", overlaps: "Overlaps", spots: "Sensors", without: "Components without", shared: "Shared poles", pairs: "Could be one pole" },
    none: { gaps: "No gap: the division is covered.", overlaps: "No cell is covered twice.", without: "All components of this class are covered, or there are none here.", uncounted: "No class of components was chosen.", shared: "No pole carries several devices.", pairs: "No poles stand so near each other." },
  },
};
