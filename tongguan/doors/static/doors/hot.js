// SPDX-License-Identifier: Apache-2.0
// Hot matters: ranked, with what they are made of and the cases behind them.
import { api, at, byId, el, toast } from "./house.js";

const form = byId("filters");

function query() {
  const q = new URLSearchParams();
  const { division, since, until } = Object.fromEntries(new FormData(form));
  if (division) q.set("division", division);
  if (since) q.set("since", `${since}T00:00:00+08:00`);
  if (until) q.set("until", `${until}T00:00:00+08:00`);
  return q;
}

function line(m, most) {
  const cases = [...new Set(m.evidence.map((e) => e.case_id))];
  return el("tr", {}, el("td", {}, String(m.rank)), el("td", {}, el("b", {}, m.name), el("small", { class: "hint" }, ` ${m.words}`)),
    el("td", {}, el("meter", { min: 0, max: most, value: m.heat, title: `热度 ${m.heat}` }), ` ${m.heat.toFixed(1)}`),
    el("td", {}, String(m.people)), el("td", {}, String(m.tellings)), el("td", {}, String(m.busiest)), el("td", {}, m.per_day.toFixed(1)),
    el("td", {}, m.place || "—", el("small", { class: "hint" }, ` ${m.division}`)), el("td", {}, `${at(m.first_at)} 至 ${at(m.last_at)}`),
    el("td", {}, cases.slice(0, 5).flatMap((id, n) => [el("a", { href: `/desk/cases/${id}` }, `案件${n + 1}`), " "]), cases.length > 5 ? `等 ${cases.length} 件` : ""));
}

async function show() {
  try {
    const found = await api(`/hot?${query()}`);
    const most = Math.max(1, ...found.map((m) => m.heat));
    byId("rows").replaceChildren(...(found.length ? found.map((m) => line(m, most)) : [el("tr", {}, el("td", { colspan: 10 }, "没有热点事项"))]));
  } catch (error) { toast(error.message); }
}

form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
show();
