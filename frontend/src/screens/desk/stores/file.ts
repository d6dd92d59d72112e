// SPDX-License-Identifier: Apache-2.0
/** Everything about one case, read together; and what changed since it was last read. */
import { computed, ref, shallowRef } from "vue";

import { desk, ifVersion, once, told } from "@/api/client";
import { into, lastAsked } from "@/api/lastasked";
import type { components } from "@/api/made/desk";
import { useSession } from "@/stores/session";

type Schemas = components["schemas"];
export type Line = Schemas["LineShown"];
const UUID = /^[0-9a-f-]{36}$/;
const MOST_REPORTS = 20;

/** Names of files that a history line carries. */
function filesOf(carried: Record<string, unknown>): string[] {
  const named = Object.entries(carried ?? {}).filter(([name]) => /^(photos|files|attachments)/.test(name));
  return named.map(([, value]) => value).flat(2).filter((one): one is string => typeof one === "string" && UUID.test(one));
}

/** Posts that may read the tellings themselves; the others see that there are some. */
const REVIEWERS = ["acceptor", "duty_chief"];

export function useFile(id: string) {
  const session = useSession();
  const path = { case_id: id };
  const params = { path };
  const row = shallowRef<Schemas["CaseShown"]>();
  const lines = shallowRef<Line[]>([]);
  const moves = shallowRef<Schemas["MoveShown"][]>([]);
  const clocks = shallowRef<Schemas["ClockShown"][]>([]);
  const orders = shallowRef<Schemas["OrderShown"][]>([]);
  const why = shallowRef<Schemas["Explanation"]>();
  const matter = shallowRef<Schemas["JoinedShown"]>();
  const reports = shallowRef<Schemas["ReportRow"][]>([]);
  const advice = shallowRef<Schemas["AdviceShown"]>();
  const applications = shallowRef<Schemas["ApplicationShown"][]>([]);
  const supervisions = shallowRef<Schemas["SupervisionShown"][]>([]);
  const links = shallowRef<Schemas["ComponentLinkShown"][]>([]);
  const urgencies = shallowRef<Schemas["UrgencyInfo"][]>([]);
  const ratings = shallowRef<Schemas["AnswerInfo"][]>([]);
  /** Lines others wrote between our reading and our refused move. */
  const since = shallowRef<Line[]>([]);
  const refused = ref(false);
  const turn = lastAsked();

  const files = computed(() => [...new Set([...lines.value.flatMap((line) => [...filesOf(line.evidence), ...filesOf(line.inputs)]), ...reports.value.flatMap((one) => one.attachments)])]);

  async function load(): Promise<void> {
    const still = turn();
    const [shown, history, may] = await Promise.all([
      told(desk.GET("/api/desk/cases/{case_id}", { params })),
      told(desk.GET("/api/desk/cases/{case_id}/timeline", { params })),
      told(desk.GET("/api/desk/cases/{case_id}/moves", { params })),
    ]);
    if (!still()) return;
    row.value = shown;
    lines.value = history.rows;
    moves.value = may.moves;
    await rest(still);
  }

  /** What is read beside the case itself: a part that a post may not see leaves the others standing. */
  async function rest(still: () => boolean): Promise<void> {
    const parts = [
      told(desk.GET("/api/desk/cases/{case_id}/clocks", { params })).then(into(still, clocks)),
      told(desk.GET("/api/desk/cases/{case_id}/orders", { params })).then(into(still, orders)),
      told(desk.GET("/api/desk/cases/{case_id}/explain", { params })).then(into(still, why)),
      told(desk.GET("/api/desk/cases/{case_id}/applications", { params })).then(into(still, applications)),
      told(desk.GET("/api/desk/cases/{case_id}/supervisions", { params })).then(into(still, supervisions)),
      told(desk.GET("/api/desk/cases/{case_id}/ratings", { params })).then(into(still, ratings)),
      told(desk.GET("/api/desk/cases/{case_id}/units", { params })).then(into(still, advice)),
      told(desk.GET("/api/desk/cases/{case_id}/component", { params })).then(into(still, links)),
      told(desk.GET("/api/desk/cases/{case_id}/urgency", { params })).then(into(still, urgencies)),
      tellings(still),
    ];
    await Promise.allSettled(parts);
  }

  async function tellings(still: () => boolean): Promise<void> {
    const found = await told(desk.GET("/api/desk/cases/{case_id}/matter", { params }));
    if (!still()) return;
    matter.value = found;
    if (!session.holds(REVIEWERS)) return;
    const ids = [...new Set(found.decisions.filter((one) => one.case_id === id).map((one) => one.report_id))].slice(0, MOST_REPORTS);
    await Promise.all(ids.map((report_id) => told(desk.GET("/api/desk/reports/{report_id}", { params: { path: { report_id } } })))).then(into(still, reports));
  }

  /** Only what a comparison needs: the case, its files, its tellings. */
  async function glance(): Promise<void> {
    const still = turn();
    const [shown, history] = await Promise.all([told(desk.GET("/api/desk/cases/{case_id}", { params })), told(desk.GET("/api/desk/cases/{case_id}/timeline", { params })), tellings(still)]);
    if (!still()) return;
    row.value = shown;
    lines.value = history.rows;
  }

  async function perform(move: Schemas["MoveShown"], inputs: Record<string, unknown>, key: string): Promise<void> {
    const body = { inputs: move.order_id ? { ...inputs, order_id: move.order_id } : inputs };
    const header = { ...ifVersion(row.value?.version ?? 0), ...once(key) };
    await desk.POST("/api/desk/cases/{case_id}/moves/{move}", { params: { path: { ...path, move: move.id }, header }, body } as never);
    refused.value = false;
  }

  /** Somebody was faster: read anew and keep what they did. */
  async function stale(): Promise<void> {
    const seen = lines.value.at(-1)?.no ?? 0;
    await load();
    since.value = lines.value.filter((line) => line.no > seen);
    refused.value = true;
  }

  return { id, row, lines, moves, clocks, orders, why, matter, reports, advice, applications, supervisions, links, urgencies, ratings, since, refused, files, load, glance, perform, stale };
}
export type CaseFile = ReturnType<typeof useFile>;
