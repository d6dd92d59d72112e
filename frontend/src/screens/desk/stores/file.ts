// SPDX-License-Identifier: Apache-2.0
/** Everything about one case, read together; and what changed since it was last read. */
import { computed, ref, shallowRef } from "vue";

import { desk, ifVersion, once, told } from "@/api/client";
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

  const files = computed(() => [...new Set([...lines.value.flatMap((line) => [...filesOf(line.evidence), ...filesOf(line.inputs)]), ...reports.value.flatMap((one) => one.attachments)])]);

  async function load(): Promise<void> {
    const [shown, history, may] = await Promise.all([
      told(desk.GET("/api/desk/cases/{case_id}", { params })),
      told(desk.GET("/api/desk/cases/{case_id}/timeline", { params })),
      told(desk.GET("/api/desk/cases/{case_id}/moves", { params })),
    ]);
    row.value = shown;
    lines.value = history.rows;
    moves.value = may.moves;
    await rest();
  }

  /** What is read beside the case itself: a part that a post may not see leaves the others standing. */
  async function rest(): Promise<void> {
    const parts = [
      async () => void (clocks.value = await told(desk.GET("/api/desk/cases/{case_id}/clocks", { params }))),
      async () => void (orders.value = await told(desk.GET("/api/desk/cases/{case_id}/orders", { params }))),
      async () => void (why.value = await told(desk.GET("/api/desk/cases/{case_id}/explain", { params }))),
      async () => void (applications.value = await told(desk.GET("/api/desk/cases/{case_id}/applications", { params }))),
      async () => void (supervisions.value = await told(desk.GET("/api/desk/cases/{case_id}/supervisions", { params }))),
      async () => void (ratings.value = await told(desk.GET("/api/desk/cases/{case_id}/ratings", { params }))),
      async () => void (advice.value = await told(desk.GET("/api/desk/cases/{case_id}/units", { params }))),
      async () => void (links.value = await told(desk.GET("/api/desk/cases/{case_id}/component", { params }))),
      async () => void (urgencies.value = await told(desk.GET("/api/desk/cases/{case_id}/urgency", { params }))),
      tellings,
    ];
    await Promise.allSettled(parts.map((part) => part()));
  }

  async function tellings(): Promise<void> {
    matter.value = await told(desk.GET("/api/desk/cases/{case_id}/matter", { params }));
    if (!session.holds(REVIEWERS)) return;
    const ids = [...new Set(matter.value.decisions.filter((one) => one.case_id === id).map((one) => one.report_id))].slice(0, MOST_REPORTS);
    reports.value = await Promise.all(ids.map((report_id) => told(desk.GET("/api/desk/reports/{report_id}", { params: { path: { report_id } } }))));
  }

  /** Only what a comparison needs: the case, its files, its tellings. */
  async function glance(): Promise<void> {
    const [shown, history] = await Promise.all([told(desk.GET("/api/desk/cases/{case_id}", { params })), told(desk.GET("/api/desk/cases/{case_id}/timeline", { params })), tellings()]);
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
