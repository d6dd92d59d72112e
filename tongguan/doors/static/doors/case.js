// SPDX-License-Identifier: Apache-2.0
// One case: what is known, what happened, what may be done now.
import { api, at, busy, byId, due, el, listen, newKey, toast, wrongIn } from "./house.js";

const id = document.body.dataset.case;
let version = 0;
let key = newKey();

async function facts() {
  const row = await api(`/cases/${id}`);
  version = row.version;
  byId("title").textContent = `${row.number} ${row.title}`;
  document.title = `${row.number} · 统管`;
  byId("state").textContent = row.state_name;
  byId("due").replaceWith(Object.assign(due(row), { id: "due" }));
  byId("text").textContent = row.text || "（无文字）";
  const place = row.lon === null ? row.address : `${row.address || ""}（${row.lon.toFixed(5)}, ${row.lat.toFixed(5)}）`;
  const filing = row.filing || {};
  const pairs = [["事项", `${row.item_name} ${row.item_code}`], ["地点", place || "—"], ["区划 / 网格", `${row.division}${row.grid ? ` / ${row.grid}` : ""}`],
    ["来源", row.source], ["主办单位", row.lead_unit_name || "—"], ["上报", at(row.opened_at)], ["立案", at(row.filed_at)], ["到期", at(row.due_at)],
    ["立案条件", filing.filing_condition || "—"], ["结案条件", filing.closing_condition || "—"],
    ["次数", `回退 ${row.returns} · 返工 ${row.reworks} · 延期 ${row.extensions} · 挂账 ${row.suspensions} · 催办 ${row.urges}`]];
  byId("facts").replaceChildren(...pairs.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, String(v))]));
}

function files(evidence) {
  const named = Object.entries(evidence || {}).filter(([name]) => /^(photos|files|attachments)/.test(name));
  return named.map(([, value]) => value).flat(2).filter((f) => typeof f === "string" && /^[0-9a-f-]{36}$/.test(f));
}

async function history() {
  const { rows } = await api(`/cases/${id}/timeline`);
  byId("timeline").replaceChildren(...rows.map((line) => el("li", {}, el("b", {}, line.move_name || line.move), " ",
    [line.actor_name, line.unit_name].filter(Boolean).join(" · "), el("small", {}, at(line.at)), line.reason ? el("div", {}, line.reason) : "", line.clause ? el("small", {}, line.clause) : "")));
  const found = [...new Set(rows.flatMap((line) => [...files(line.evidence), ...files(line.inputs)]))];
  byId("files").replaceChildren(...(found.length ? found.map((f) => el("li", {}, el("a", { href: `/api/desk/cases/${id}/files/${f}`, target: "_blank" }, el("img", { src: `/api/desk/cases/${id}/files/${f}`, alt: "附件", loading: "lazy" })))) : [el("li", {}, "没有附件")]));
}

function field(input) {
  const required = input.required;
  const attributes = { name: input.name, required };
  let control;
  if (input.kind === "text") control = el("textarea", { ...attributes, rows: 2, maxlength: 4000 });
  else if (input.kind === "flag") return el("label", { class: "check" }, el("input", { type: "checkbox", name: input.name }), input.label);
  else if (input.kind === "files") control = el("input", { ...attributes, type: "file", multiple: true, accept: "image/*,application/pdf,video/mp4" });
  else if (input.choices?.length) control = el("select", { ...attributes, multiple: input.kind === "ids", size: input.kind === "ids" ? 5 : false }, required || input.kind === "ids" ? "" : el("option", { value: "" }, "自动"), input.choices.map((c) => el("option", { value: c.value }, c.label)));
  else if (input.kind === "moment") control = el("input", { ...attributes, type: "datetime-local" });
  else control = el("input", { ...attributes, inputmode: ["id", "ids", "longitude", "latitude", "division"].includes(input.kind) ? "decimal" : false });
  return el("label", {}, input.label + (required ? " *" : ""), control);
}

async function upload(list) {
  const ids = [];
  for (const file of list) {
    const data = new FormData();
    data.append("file", file);
    ids.push((await api("/files", { method: "POST", body: data })).id);
  }
  return ids;
}

async function read(form, inputs) {
  const given = {};
  for (const input of inputs) {
    const control = form.elements[input.name];
    if (input.kind === "files") { if (control.files.length) given[input.name] = await upload(control.files); }
    else if (input.kind === "flag") given[input.name] = control.checked;
    else if (control.multiple) { const chosen = [...control.selectedOptions].map((o) => Number(o.value)); if (chosen.length) given[input.name] = chosen; }
    else if (control.value.trim() === "") continue;
    else if (input.kind === "moment") given[input.name] = new Date(control.value).toISOString();
    else if (input.kind === "ids") given[input.name] = control.value.split(/[,，\s]+/).map(Number);
    else given[input.name] = ["id", "longitude", "latitude"].includes(input.kind) ? Number(control.value) : control.value.trim();
  }
  return given;
}

function doing(title, note, inputs, send) {
  const form = el("form", { class: "fields" }, note ? el("p", { class: "hint" }, note) : "", inputs.map(field), el("p", { class: "wrong", role: "alert", hidden: true }), el("button", { class: "main" }, title));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(form.querySelector("button"), async () => {
      try { await send(await read(form, inputs)); key = newKey(); toast(`${title}：已完成`); await all(); }
      catch (error) { if (error.status === 412) { toast("案件已被他人更新，已为您刷新"); await all(); } else wrongIn(form, error); }
    });
  });
  return el("details", { class: "move" }, el("summary", {}, title), form);
}

async function moves() {
  const { moves: found } = await api(`/cases/${id}/moves`);
  byId("moves").replaceChildren(...(found.length ? found.map((move) => doing(move.name, move.note, move.inputs, (inputs) =>
    api(`/cases/${id}/moves/${move.id}`, { method: "POST", body: { inputs: move.order_id ? { ...inputs, order_id: move.order_id } : inputs }, version, key }))) : [el("p", { class: "hint" }, "现在没有需要您办理的操作")]));
}

async function list(name, path, line, empty) {
  const rows = await api(`/cases/${id}/${path}`);
  byId(name).replaceChildren(...(rows.length ? rows.map(line) : [el("li", { class: "hint" }, empty)]));
}

const text = (label) => ({ name: "text", kind: "text", label, required: true });

const posts = (document.body.dataset.posts || "").split(" ");
const holds = (...wanted) => wanted.some((post) => posts.includes(post));

function apply() {
  const until = { name: "until", kind: "moment", label: "挂账至", required: true };
  const why = { name: "reason", kind: "word", label: "事由", required: true, choices: ["季节性", "工程类", "资金立项", "权属争议"].map((value) => ({ value, label: value })) };
  byId("apply").replaceChildren(...(!holds("handler", "department") ? [] : [["extend", "申请延期", []], ["suspend", "申请挂账", [why, until]], ["timeout_appeal", "超时申诉", []]].map(([kind, title, more]) =>
    doing(title, "", [text("说明"), ...more], (given) => api(`/cases/${id}/applications`, { method: "POST", body: { kind, ...given }, key })))));
  const days = { name: "days", kind: "id", label: "限几个工作日答复", required: true };
  const kinds = [["urge", "催办", [], ["supervisor", "dispatcher", "leader", "duty_chief"]], ["supervise", "督办", [days], ["supervisor", "leader"]], ["instruct", "批示", [], ["leader"]]];
  byId("supervise").replaceChildren(...kinds.filter(([, , , by]) => holds(...by)).map(([kind, title, more]) =>
    doing(title, "", [text("内容"), ...more], ({ days: value, ...given }) => api(`/cases/${id}/supervisions`, { method: "POST", body: { kind, ...given, ...(value ? { within: { value, unit: "work_day" } } : {}) }, key }))));
}

async function explain() {
  const found = await api(`/cases/${id}/explain`);
  const lines = [...found.filing, ...found.dispatch, ...found.joining];
  byId("explain").replaceChildren(...(lines.length ? lines.map((words) => el("li", {}, words)) : [el("li", { class: "hint" }, "尚无说明")]));
}

async function picture() {
  // As an image the drawing keeps its own styles, which the page's policy would not let in.
  byId("picture").replaceChildren(el("img", { src: `/api/desk/cases/${id}/process.svg?v=${version}`, alt: `流程图，现处于${byId("state").textContent}` }));
}

async function all() {
  await facts();
  const parts = [history(), moves(), explain(), picture(),
    list("clocks", "clocks", (c) => el("li", {}, `${c.stage_name}${c.order_id ? "（工单）" : c.supervision_id ? "（督办）" : ""} ${c.limit_zh || "无时限"}`, el("small", {}, c.stopped_at ? `已停 ${at(c.stopped_at)}` : `到期 ${at(c.due_at)}${c.paused_at ? "（暂停）" : ""}`)), "没有计时"),
    list("orders", "orders", (o) => el("li", {}, `${o.role === "lead" ? "主办" : "协办"} ${o.unit_name}`, el("small", {}, `${o.state_name || o.state} · 派遣 ${at(o.dispatched_at)} · 到期 ${at(o.due_at)}`)), "尚未派遣"),
    list("applications", "applications", application, "没有申请"),
    list("supervisions", "supervisions", (s) => el("li", {}, `${s.kind_name || s.kind}：${s.text}`, el("small", {}, `${s.by_name} · ${at(s.at)} · ${s.receipts.map((r) => `${r.unit_name}${r.answered_at ? "已回复" : r.signed_at ? "已签收" : "未签收"}`).join("，")}`)), "没有督办")];
  for (const result of await Promise.allSettled(parts)) if (result.status === "rejected") console.warn(result.reason);
}

function application(a) {
  const decide = (approve) => async (event) => {
    await busy(event.target, async () => {
      try { await api(`/applications/${a.id}/decision`, { method: "POST", body: { approve, note: approve ? "同意" : "不同意" }, version: a.version, key: newKey() }); await all(); }
      catch (error) { toast(error.message); }
    });
  };
  return el("li", {}, `${a.kind_name}：${a.text}`, el("small", {}, `${a.applicant_name} · ${a.state_name || a.state}`),
    a.may_decide ? el("span", {}, el("button", { on: { click: decide(true) } }, "同意"), " ", el("button", { on: { click: decide(false) } }, "不同意")) : "");
}

apply();
all().catch((error) => { byId("title").textContent = error.message; });
listen((fact) => { if (fact.payload?.case_id === id) all(); });
