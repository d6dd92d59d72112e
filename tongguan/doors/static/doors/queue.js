// SPDX-License-Identifier: Apache-2.0
// The queue: filters in the address, pages by cursor, new cases announced and shown when asked for.
import { api, at, busy, byId, due, el, listen, newKey, toast, unread, wrongIn } from "./house.js";

const form = byId("filters");
const rows = byId("rows");
let next = null;
let states = new URLSearchParams(location.search).getAll("state");
let names = {};
const arrived = new Set();

function query(extra = {}) {
  const q = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) q.append(name, value);
  for (const state of states) q.append("state", state);
  for (const [name, value] of Object.entries(extra)) if (value) q.set(name, value);
  return q;
}

function line(row) {
  const open = el("a", { href: `/desk/cases/${row.id}` }, row.number);
  const urgent = row.urgency !== "normal" ? el("span", { class: "urgent" }, row.urgency === "critical" ? "特急 " : "紧急 ") : "";
  names[row.state] = row.state_name;
  return el("tr", {}, el("td", {}, open), el("td", {}, urgent, row.title, row.address ? el("small", { class: "hint" }, ` ${row.address}`) : ""),
    el("td", {}, row.item_name || row.item_code), el("td", {}, el("span", { class: "state" }, row.state_name)), el("td", {}, due(row)),
    el("td", {}, row.lead_unit_name || "—"), el("td", {}, at(row.opened_at)));
}

async function load(more = false) {
  const page = await api(`/cases?${query(more ? { after: next } : {})}`);
  if (!more) rows.replaceChildren();
  rows.append(...page.rows.map(line));
  if (!page.rows.length && !more) rows.append(el("tr", {}, el("td", { colspan: 7 }, "没有符合条件的案件")));
  next = page.next;
  byId("more").hidden = !next;
  if (page.total !== null) byId("total").textContent = `${page.estimated ? "约 " : "共 "}${page.total} 件`;
  const q = query(); q.delete("order");
  byId("export").href = `/api/desk/cases/export.csv?${q}`;
  history.replaceState(null, "", `?${query()}`);
}

async function count() {
  const { states: found, overdue } = await api("/cases/counts");
  const box = byId("counts");
  const chip = (label, n, pressed, cls, press) => el("button", { type: "button", class: cls, "aria-pressed": String(pressed), on: { click: press } }, label, el("b", {}, String(n)));
  box.replaceChildren(
    chip("全部未结", Object.values(found).reduce((a, b) => a + b, 0), !states.length, "", () => { states = []; show(); }),
    chip("超时", overdue, form.overdue.value === "true", "late", () => { form.overdue.value = form.overdue.value === "true" ? "" : "true"; show(); }),
    ...Object.entries(found).map(([state, n]) => chip(names[state] || words[state] || state, n, states.includes(state), "", () => { states = states.includes(state) ? [] : [state]; show(); })));
}

const words = { reported: "待受理", pending_register: "待立案", pending_verify: "核实中", pending_dispatch: "待派遣", returned: "被回退待修正", in_dispute: "裁定中", pending_handle: "待处置", handling: "处置中", suspended: "挂账", handle_finish: "待部门确认", pending_check: "待核查", checking: "核查中", pending_close: "待结案" };

async function show() {
  try { await load(); await count(); } catch (error) { toast(error.message); }
}

for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name] && name !== "state") form.elements[name].value = value;
form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
form.addEventListener("change", show);
byId("more").addEventListener("click", (event) => busy(event.target, () => load(true)));
byId("fresh").addEventListener("click", () => { arrived.clear(); byId("fresh").hidden = true; show(); });

// Registering a report.
const dialog = byId("report");
const told = byId("report-form");
const found = new Map();
byId("new-report").addEventListener("click", () => { told.reset(); told.querySelector(".wrong").hidden = true; told.dataset.key = newKey(); dialog.showModal(); });
told.elements.namedItem("item").addEventListener("input", async () => {
  const text = told.elements.namedItem("item").value.trim();
  if (text.length < 1 || found.has(text)) return;
  const items = await api(`/items?limit=12&text=${encodeURIComponent(text)}`);
  byId("items").replaceChildren(...items.map((item) => { const label = `${item.name} ${item.code}`; found.set(label, item.code); return el("option", { value: label }); }));
});
told.addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "ok") return;
  event.preventDefault();
  const given = Object.fromEntries(new FormData(told));
  const body = { text: given.text, item_code: found.get(given.item) || given.item.trim(), address: given.address, division: given.division };
  if (given.lon || given.lat) { body.lon = Number(given.lon); body.lat = Number(given.lat); }
  if (given.name || given.phone || given.secret) body.reporter = { name: given.name, phone: given.phone, secret: Boolean(given.secret) };
  await busy(event.submitter, async () => {
    try {
      const receipt = await api("/reports", { method: "POST", body, key: told.dataset.key });
      dialog.close();
      toast(`已登记，查询码 ${receipt.tracking}，密码 ${receipt.secret}${receipt.error ? `；待核对：${receipt.error}` : ""}`);
      show();
    } catch (error) { wrongIn(told, error); }
  });
});

show();
listen((fact) => {
  if (fact.name === "CaseOpened") {
    arrived.add(fact.payload.case_id);
    byId("fresh").textContent = `有 ${arrived.size} 件新案件，点此查看`;
    byId("fresh").hidden = false;
  } else if (fact.name === "InboxArrived") unread();
  else if (fact.name === "reset") show();
});
