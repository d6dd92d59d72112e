// SPDX-License-Identifier: Apache-2.0
/** The call that is on: who calls, what is typed, the help for it, what became of each matter. Kept while pages change. */
import { defineStore } from "pinia";
import { computed, reactive, ref, shallowRef } from "vue";

import { desk, once, told } from "@/api/client";
import { lastAsked } from "@/api/lastasked";
import type { components } from "@/api/made/desk";

type Schemas = components["schemas"];
export type Call = Schemas["CallInfo"];
export type Earlier = Schemas["EarlierShown"];
export type Help = Schemas["HelpShown"];
/** A kind of matter the text may be of. */
export interface ItemGuess {
  code: string;
  name: string;
  confidence: number;
  alone: boolean;
  by: string;
}
/** Where the text may mean. */
export interface PlaceGuess {
  name: string;
  division: string;
  lon: number | null;
  lat: number | null;
  score: number;
  words: string;
  /** It may be taken without asking. */
  sure: boolean;
}
/** An open case that may be the same matter. */
export interface Alike {
  case: Schemas["CasePeek"];
  score: number;
  words: string;
}
export interface Question {
  ask: string;
  basis: string;
}
export interface Danger {
  services: string[];
  words: string;
}
/** Who set the point: nobody, the operator, or the address that is typed. */
export type Placed = "" | "hand" | "address";
const blank = () => ({ placed: "" as Placed, text: "", itemCode: "", itemName: "", address: "", division: "", lon: "", lat: "", name: "", secret: false, reply: "", replyCode: "", same: "" });

export const useCall = defineStore("desk-call", () => {
  const phone = ref("");
  const call = shallowRef<Call>();
  const earlier = shallowRef<Earlier[]>([]);
  const recent = shallowRef<Call[]>([]);
  const help = shallowRef<Help>();
  const spot = shallowRef<Schemas["PlaceShown"]>();
  const receipt = shallowRef<Schemas["Receipt"]>();
  const draft = reactive(blank());
  const turn = lastAsked();
  let looked = 0;

  const no = computed(() => Math.max(0, ...(call.value?.matters ?? []).map((one) => one.no)) + 1);
  const items = computed(() => (help.value?.items ?? []) as unknown as ItemGuess[]);
  const places = computed(() => (help.value?.places ?? []) as unknown as PlaceGuess[]);
  const alike = computed(() => (help.value?.alike ?? []) as unknown as Alike[]);
  const script = computed(() => (help.value?.script ?? []) as unknown as Question[]);
  const danger = computed(() => (help.value?.danger ?? null) as Danger | null);
  /** The point that is typed, when all of it is. */
  const point = () => (draft.lon.trim() && draft.lat.trim() ? { lon: Number(draft.lon), lat: Number(draft.lat) } : {});

  /** The point that can be shown: two numbers that are a place on earth. */
  const pin = computed(() => {
    const [lon, lat] = [draft.lon, draft.lat].map((text) => (text.trim() ? Number(text) : NaN)) as [number, number];
    return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : undefined;
  });
  function put(at: { lon: number; lat: number } | undefined, placed: Placed): void {
    Object.assign(draft, { lon: at ? String(at.lon) : "", lat: at ? String(at.lat) : "", placed: at ? placed : "" });
  }
  /** The point follows the address that is typed, until the operator sets it. */
  function follow(): void {
    if (draft.placed === "hand" || (draft.placed === "" && pin.value)) return;
    const best = draft.address.trim() ? places.value[0] : undefined;
    if (best?.sure && best.lon !== null && best.lat !== null) put({ lon: best.lon, lat: best.lat }, "address");
    else if (draft.placed === "address") put(undefined, "");
  }
  /** Learn in which community and grid the point lies and what is near; a later point makes an answer worthless. */
  async function learnSpot(): Promise<void> {
    const mine = ++looked;
    const query = pin.value;
    const found = query && (await told(desk.GET("/api/desk/map/place", { params: { query } })));
    if (mine === looked) spot.value = found;
  }

  function clear(): void {
    turn(); // answers on their way are about what was cleared
    looked += 1;
    Object.assign(draft, blank());
    help.value = undefined;
    spot.value = undefined;
  }
  async function learnRecent(): Promise<void> {
    recent.value = (await told(desk.GET("/api/desk/calls", { params: { query: { limit: 8 } } }))).rows;
  }
  async function start(): Promise<void> {
    const begun = await told(desk.POST("/api/desk/calls", { body: { phone: phone.value.trim() }, params: { header: once() } } as never)) as Schemas["StartedShown"];
    call.value = begun.call;
    earlier.value = begun.earlier;
    receipt.value = undefined;
  }

  /** Ask for help with what is typed now; a later question makes an earlier answer worthless. */
  async function ask(): Promise<void> {
    const still = turn();
    const body = { text: draft.text, item_code: draft.itemCode, address: draft.address, division: draft.division, ...point() };
    if (!body.text.trim() && !body.address.trim()) {
      help.value = undefined;
      follow();
      return;
    }
    const found = (await told(desk.POST("/api/desk/calls/help", { body } as never))) as Help;
    if (!still()) return;
    help.value = found;
    follow();
  }
  function report() {
    return { text: draft.text, item_code: draft.itemCode, address: draft.address, division: draft.division, ...point(), reporter: { name: draft.name, phone: phone.value.trim(), secret: draft.secret } };
  }

  /** Register the matter; what the operator found to be the same matter is put together. */
  async function register(key: string): Promise<void> {
    const path = { call_id: call.value?.id ?? "" };
    const { same } = draft;
    const settled = (await told(desk.POST("/api/desk/calls/{call_id}/reports", { body: { no: no.value, report: report() }, params: { path, header: once(key) } } as never))) as Schemas["SettledShown"];
    call.value = settled.call;
    receipt.value = settled.receipt;
    clear();
    if (same && settled.receipt.case_id !== same) await together(settled.receipt.report_id, same);
  }
  async function together(report_id: string, case_id: string): Promise<void> {
    const body = { case_id, reason: "接听时确认与已有案件是同一事项" };
    receipt.value = (await told(desk.POST("/api/desk/reports/{report_id}/together", { body, params: { path: { report_id }, header: once() } } as never))) as Schemas["Receipt"];
  }
  async function answer(key: string): Promise<void> {
    const path = { call_id: call.value?.id ?? "" };
    const body = { no: no.value, report: report(), reply: draft.reply, knowledge_code: draft.replyCode };
    const settled = (await told(desk.POST("/api/desk/calls/{call_id}/answers", { body, params: { path, header: once(key) } } as never))) as Schemas["SettledShown"];
    call.value = settled.call;
    receipt.value = settled.receipt;
    clear();
  }
  async function remind(case_id: string, text: string): Promise<void> {
    const path = { call_id: call.value?.id ?? "", case_id };
    call.value = (await told(desk.POST("/api/desk/calls/{call_id}/reminders/{case_id}", { body: { no: no.value, text }, params: { path, header: once() } } as never))) as Call;
    earlier.value = earlier.value.map((one) => (one.case?.id === case_id ? { ...one, case: { ...one.case, urges: one.case.urges + 1 } } : one));
  }
  async function end(note: string): Promise<void> {
    await desk.POST("/api/desk/calls/{call_id}/end", { body: { note }, params: { path: { call_id: call.value?.id ?? "" }, header: once() } } as never);
    call.value = undefined;
    earlier.value = [];
    receipt.value = undefined;
    phone.value = "";
    clear();
  }
  return { phone, call, earlier, recent, help, items, places, alike, script, danger, receipt, draft, no, pin, spot, put, learnSpot, clear, learnRecent, start, ask, register, answer, remind, end };
});
