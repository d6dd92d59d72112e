// SPDX-License-Identifier: Apache-2.0
// What the plain pages use: the API with its manners, elements without innerHTML, time.

const csrf = document.body.dataset.csrf;

export class Problem extends Error {
  constructor(body, status) { super(body.detail || body.title || "系统繁忙"); this.body = body; this.status = status; }
}

export async function api(path, { method = "GET", body, base }) {
  const headers = { "Accept-Language": "zh" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf;
  let payload = body;
  if (body !== undefined && !(body instanceof FormData)) { headers["Content-Type"] = "application/json"; payload = JSON.stringify(body); }
  const response = await fetch(base + path, { method, headers, body: payload, credentials: "same-origin" });
  const kind = response.headers.get("Content-Type") || "";
  if (!response.ok) throw new Problem(kind.includes("json") ? await response.json() : {}, response.status);
  if (response.status === 204) return null;
  return kind.includes("json") ? response.json() : response.text();
}

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

export const byId = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat("zh-CN", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
export const at = (text) => (text ? clock.format(new Date(text)) : "—");

export function wrongIn(form, error) {
  const box = form.querySelector(".wrong");
  const words = (error.body?.errors || []).map((e) => `${e.field}：${e.detail}`).join("；") || error.message;
  if (box) { box.textContent = words; box.hidden = false; } 
}

export async function busy(button, run) {
  button.disabled = true;
  try { return await run(); } finally { button.disabled = false; }
}
