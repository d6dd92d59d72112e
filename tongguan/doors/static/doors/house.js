// SPDX-License-Identifier: Apache-2.0
// What every page uses: the API with its manners, elements without innerHTML, time, the live stream.

const csrf = document.body.dataset.csrf;

export class Problem extends Error {
  constructor(body, status) { super(body.detail || body.title || "系统繁忙"); this.body = body; this.status = status; }
}

export async function api(path, { method = "GET", body, version, key, base = "/api/desk" } = {}) {
  const headers = { "Accept-Language": "zh" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf;
  if (version !== undefined) headers["If-Match"] = `"v${version}"`;
  if (key) headers["Idempotency-Key"] = key;
  let payload = body;
  if (body !== undefined && !(body instanceof FormData)) { headers["Content-Type"] = "application/json"; payload = JSON.stringify(body); }
  const response = await fetch(base + path, { method, headers, body: payload, credentials: "same-origin" });
  if (response.status === 401 && base === "/api/desk") { location.href = `/login?next=${encodeURIComponent(location.pathname)}`; }
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
export const newKey = () => crypto.randomUUID();

export function toast(words) {
  const box = byId("toast");
  box.textContent = words;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 6000);
}

export function due(row) { return el("span", { class: `due due-${row.due_colour}` }, row.due_words); }

export function wrongIn(form, error) {
  const box = form.querySelector(".wrong");
  const words = (error.body?.errors || []).map((e) => `${e.field}：${e.detail}`).join("；") || error.message;
  if (box) { box.textContent = words; box.hidden = false; } else toast(words);
}

export async function busy(button, run) {
  button.disabled = true;
  try { return await run(); } finally { button.disabled = false; }
}

// The stream is replayed by Last-Event-ID; a ticket lasts five minutes, so a lost stream asks for a new one.
export async function listen(hear) {
  let last = "";
  let pause = 2000;
  async function open() {
    try {
      const { url, ticket } = await api("/stream-ticket");
      const source = new EventSource(`${url}?ticket=${encodeURIComponent(ticket)}${last ? `&after=${last}` : ""}`);
      source.onopen = () => { pause = 2000; };
      source.onmessage = (message) => { last = message.lastEventId || last; hear(JSON.parse(message.data)); };
      source.addEventListener("reset", (message) => { last = message.lastEventId || ""; hear({ name: "reset" }); });
      source.onerror = () => { source.close(); pause = Math.min(pause * 2, 60000); setTimeout(open, pause); };
    } catch { pause = Math.min(pause * 2, 60000); setTimeout(open, pause); }
  }
  await open();
}

export async function unread() {
  const badge = byId("unread");
  if (!badge) return;
  try {
    const { unread: count } = await api("/inbox/unread");
    badge.textContent = count > 99 ? "99+" : count;
    badge.hidden = !count;
  } catch { badge.hidden = true; }
}

if (byId("unread")) unread();
