// SPDX-License-Identifier: Apache-2.0
/** The interfaces with their manners: typed paths, CSRF, versions, keys of repetition, problems as errors. */
import createClient, { type Middleware } from "openapi-fetch";

import { locale } from "@/locales";
import type { paths as Citizen } from "./made/citizen";
import type { paths as Desk } from "./made/desk";
import type { paths as Field } from "./made/field";
import type { paths as Wall } from "./made/wall";
import type { paths as Base } from "./made/map";
import { atHand } from "./start";

export interface FieldProblem {
  field: string;
  detail: string;
}

/** A refusal in the server's own words (problem+json), or the missing network. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldProblem[] = [],
  ) {
    super(message);
  }

  /** What a person reads: the fields' complaints if there are any, else the whole one. */
  get words(): string {
    return this.errors.length ? this.errors.map((e) => `${e.field}：${e.detail}`).join("；") : this.message;
  }
}

let csrf = "";
/** Keep the token that changes must carry; the session's answer brings it. */
export function keepCsrf(token: string): void {
  csrf = token;
}

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", locale());
    if (request.method !== "GET" && csrf) request.headers.set("X-CSRFToken", csrf);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return response;
    if (response.status === 401 && !location.pathname.startsWith("/m") && !request.url.includes("/api/citizen/")) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
    throw await problemOf(response);
  },
  onError({ error }) {
    return error instanceof Problem ? error : new Problem(0, "network", locale() === "en" ? "No connection" : "网络不通，请稍后再试");
  },
};

async function problemOf(response: Response): Promise<Problem> {
  const told = (response.headers.get("Content-Type") ?? "").includes("json") ? await response.json() : {};
  const message = told.detail ?? told.title ?? (locale() === "en" ? "The server is busy" : "系统繁忙，请稍后再试");
  return new Problem(response.status, told.code ?? "", message, told.errors ?? []);
}

function client<Paths extends object>() {
  const made = createClient<Paths>({ baseUrl: location.origin, credentials: "same-origin", fetch: async (request) => atHand(request) ?? fetch(request) });
  made.use(manners);
  return made;
}

export const desk = client<Desk>();
export const wall = client<Wall>();
export const citizen = client<Citizen>();
export const field = client<Field>();
/** The base map: what it holds. */
export const base = client<Base>();

/** Give the data of an answer; refusals have been thrown before this. */
export async function told<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Header of an optimistic change: "only if it is still as I saw it". */
export const ifVersion = (version: number) => ({ "If-Match": `"v${version}"` });
/** Header of a change that may be sent twice and happens once. */
export const once = (key: string = crypto.randomUUID()) => ({ "Idempotency-Key": key });
