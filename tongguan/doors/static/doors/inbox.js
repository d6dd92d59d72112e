// SPDX-License-Identifier: Apache-2.0
// The inbox: newest first; opening one marks it as read.
import { api, at, byId, el, listen, toast, unread } from "./house.js";

let next = null;

function line(m) {
  const read = async () => { if (!m.read_at) { await api("/inbox/read", { method: "POST", body: { ids: [m.id] } }); unread(); } };
  const href = m.case_id ? `/desk/cases/${m.case_id}` : m.link || null;
  return el("li", { class: m.read_at ? false : "unread" }, href ? el("a", { href, on: { click: read } }, m.subject) : el("b", {}, m.subject),
    el("div", {}, m.body), el("small", { class: "hint" }, at(m.at)));
}

async function load(more = false) {
  const page = await api(`/inbox${more && next ? `?after=${next}` : ""}`);
  const lines = page.rows.map(line);
  if (more) byId("lines").append(...lines);
  else byId("lines").replaceChildren(...(lines.length ? lines : [el("li", {}, "没有消息")]));
  next = page.next;
  byId("more").hidden = !next;
}

byId("more").addEventListener("click", () => load(true));
byId("read-all").addEventListener("click", async () => { await api("/inbox/read", { method: "POST", body: {} }); toast("全部已读"); load(); unread(); });
load().catch((error) => toast(error.message));
listen((fact) => { if (fact.name === "InboxArrived") { load(); unread(); } });
