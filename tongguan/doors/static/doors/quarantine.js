// SPDX-License-Identifier: Apache-2.0
// Reports that could not be placed or classified: put right, or answered.
import { api, at, busy, byId, el, newKey, toast, wrongIn } from "./house.js";

let next = null;

function form(title, fields, send) {
  const made = el("form", { class: "fields" }, fields.map(([name, label, value, required]) => el("label", {}, label, el("input", { name, value: value ?? "", required }))),
    el("p", { class: "wrong", role: "alert", hidden: true }), el("button", { class: "main" }, title));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(made.querySelector("button"), async () => {
      try {
        const receipt = await send(Object.fromEntries([...new FormData(made)].filter(([, v]) => v !== "")));
        toast(receipt.state === "quarantined" ? `仍未通过：${receipt.error}` : "已完成");
        load();
      } catch (error) { wrongIn(made, error); }
    });
  });
  return el("details", { class: "move" }, el("summary", {}, title), made);
}

function line(r) {
  const right = (given) => {
    for (const name of ["lon", "lat"]) if (given[name] !== undefined) given[name] = Number(given[name]);
    return api(`/reports/${r.id}/correction`, { method: "POST", body: given, key: newKey() });
  };
  return el("li", {}, el("b", {}, r.title || r.text.slice(0, 60)), el("p", { class: "wrong" }, r.error), el("div", { class: "told" }, r.text),
    el("small", { class: "hint" }, `${r.source} · ${at(r.told_at)} · ${r.address || "无地址"} · 事项 ${r.item_code || "未填"}`),
    form("更正并重新分诊", [["item_code", "事项代码", r.item_code], ["lon", "经度", r.lon], ["lat", "纬度", r.lat], ["system", "坐标系", r.system], ["division", "区划代码", r.division], ["reason", "更正原因", "", true]], right),
    form("直接答复（咨询）", [["reply", "答复", "", true]], (given) => api(`/reports/${r.id}/reply`, { method: "POST", body: given, key: newKey() })));
}

async function load(more = false) {
  const page = await api(`/reports/quarantine${more && next ? `?after=${next}` : ""}`);
  const lines = page.rows.map(line);
  if (more) byId("lines").append(...lines);
  else byId("lines").replaceChildren(...(lines.length ? lines : [el("li", {}, "没有待核对的上报")]));
  next = page.next;
  byId("more").hidden = !next;
}

byId("more").addEventListener("click", () => load(true));
load().catch((error) => toast(error.message));
