// SPDX-License-Identifier: Apache-2.0
import type { signsZh } from "./desk.signs.zh";
import type { Same } from "./en";

export const signsEn: Same<typeof signsZh> = {
  signs: {
    title: "Vital signs", caption: "Register of vital signs", find: "Find by code or name", everyDimension: "All dimensions", centre: "Centre", define: "Define a sign", none: "No sign fits", noCentre: "You hold no post of a centre: the register is shown without values.", back: "Back to the signs", unknown: "There is no such sign, or it was retired",
    name: "Name", value: "Now", thresholds: "Watch / alarm", at: "Time of data", stale: "stale", change: "{change} against this time yesterday", declared: "shipped", official: "defined by officials", version: "version {n}",
    grades: { calm: "calm", watch: "watch", alarm: "alarm", unset: "no threshold" }, directions: { high: "higher is better", low: "lower is better", none: "a measurement" }, windows: { now: "now", today: "today", week: "7 days", month: "30 days" },
    formula: "Formula", words: "In words", source: "Taken from", terms: "What it is made of", term: "Measure", window: "Window", item: "Item", everything: "all", rowsOf: "See the cases of {name}", noTerms: "The formula has no measure and no value.",
    history: "History", hour: "Hours (24 h)", day: "Days (30 d)", chart: "History of {name}", table: "Show as a table", time: "Time", compare: "Compare", compareWith: "Compare {name} in the chart",
    ranking: "Ranking below", rank: "Rank", levels: { city: "cities", district: "districts", street: "streets", community: "communities" }, noBelow: "There is no centre below this one.", go: "Go to {name}",
    versions: "Versions", asDeclared: "As shipped; nobody has changed it.", by: "{who} · {at}", first: "first wording", to: "{field}: {was} → {would}",
    alter: "Alter", alterTitle: "Alter “{name}” as version {n}", defineTitle: "Define a new sign", retire: "Retire", retireNote: "A retired sign is shown no more; its versions stay.", reason: "Reason", retired: "“{name}” is retired", cancel: "Cancel",
    rehearse: "Try out", rehearsed: "If it were stored now", noChange: "Nothing would change.", wouldBe: "Values of the centres", followers: "Other signs it would move", was: "now", would: "then", noValues: "You hold no post of a centre: no values are shown.", save: "Save", saved: "“{name}” is stored as version {n}", fixed: "The formula comes with the program and stays; define another sign over it.",
    pieces: "Measures and signs to use", insert: "Insert {code}", measures: "Measures", others: "Signs", hint: "Numbers, + - * /, brackets, min max abs; a measure with its window, as case_new(today); a sign by its code, also as code(item=\"01\").",
    fields: { code: "Code", zh: "Chinese name", en: "English name", dimension: "Dimension", unit: "Unit", formula: "Formula", source: "Taken from", owner: "Owner", direction: "Direction", decimals: "Decimals", freshness_s: "Freshness (seconds)", watch: "Watch from", alarm: "Alarm from", reason: "Why it is changed" },
    dimensions: { 市政管理: "Utilities", 市容景观: "Cityscape", 环境卫生: "Sanitation", 能源运行: "Energy", 交通运行: "Traffic", 水务管理: "Water", 安全应急: "Safety", 生态环境: "Environment", 公众满意度: "Satisfaction" },
  },
};
