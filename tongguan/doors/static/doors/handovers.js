// SPDX-License-Identifier: Apache-2.0
// Danger that waits for a call to 110, 119 or 120.
import { api, at, busy, byId, el, listen, newKey, toast, wrongIn } from "./house.js";

let next = null;
const states = { open: "待移交", handed_over: "已移交，待对方确认", acknowledged: "对方已接收", ended: "已结束", false_alarm: "误报" };
const kinds = { noticed: "发现", told_again: "再次反映", placed: "确定地点", handed_over: "移交", acknowledged: "对方接收", ended: "结果", false_alarm: "误报", overdue: "超时提醒" };

function form(title, path, fields, id) {
  const made = el("form", { class: "fields" }, fields.map(([name, label, value, required]) => el("label", {}, label, el("input", { name, value: value ?? "", required }))),
    el("p", { class: "wrong", role: "alert", hidden: true }), el("button", { class: "main" }, title));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(made.querySelector("button"), async () => {
      try {
        await api(`/handovers/${id}/${path}`, { method: "POST", body: Object.fromEntries(new FormData(made)), key: newKey() });
        toast("已记录");
        load();
      } catch (error) { wrongIn(made, error); }
    });
  });
  return el("details", { class: "move" }, el("summary", {}, title), made);
}

function history(id) {
  const box = el("details", { class: "move" }, el("summary", {}, "经过"));
  box.addEventListener("toggle", async () => {
    if (!box.open || box.children.length > 1) return;
    const steps = await api(`/handovers/${id}/steps`);
    box.append(el("ul", { class: "timeline" }, steps.map((s) => el("li", {}, `${kinds[s.kind] || s.kind} ${s.number} ${s.person}`, el("small", {}, `${at(s.at)} ${s.actor_name} ${s.note}`)))));
  });
  return box;
}

function line(h) {
  const open = h.state === "open" || h.state === "handed_over";
  return el("li", { class: open ? "unread" : "" }, el("b", { class: open ? "urgent" : "" }, `${h.number} ${h.service_name} · ${states[h.state]}`),
    el("div", { class: "told" }, h.words),
    el("small", { class: "hint" }, `发现 ${at(h.noticed_at)} · ${h.tellings} 次反映 · 区划 ${h.division || "未定"} `, h.case_id ? el("a", { href: `/desk/cases/${h.case_id}` }, "查看案件") : "尚未立案"),
    open ? form("记录移交", "call", [["number", "拨打号码", h.number, true], ["person", "接话人", ""], ["note", "说明", ""]], h.id) : "",
    h.state === "handed_over" ? form("对方已接收", "taken", [["person", "对方接收人", "", true], ["note", "说明", ""]], h.id) : "",
    h.state === "handed_over" || h.state === "acknowledged" ? form("登记结果", "result", [["text", "结果", "", true]], h.id) : "",
    open || h.state === "acknowledged" ? form("不是险情", "false-alarm", [["text", "原因", "", true]], h.id) : "", history(h.id));
}

async function load(more = false) {
  const page = await api(`/handovers?show=${byId("all").checked ? "all" : "open"}${more && next ? `&after=${next}` : ""}`);
  const lines = page.rows.map(line);
  if (more) byId("lines").append(...lines);
  else byId("lines").replaceChildren(...(lines.length ? lines : [el("li", {}, "没有待移交的险情")]));
  next = page.next;
  byId("more").hidden = !next;
}

const show = () => load().catch((error) => toast(error.message));
byId("all").addEventListener("change", show);
byId("more").addEventListener("click", () => load(true));
show();
listen((fact) => { if (fact.name === "DangerNoticed" || fact.name === "reset") show(); });
