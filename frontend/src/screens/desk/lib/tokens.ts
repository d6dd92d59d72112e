// SPDX-License-Identifier: Apache-2.0
/** The search line: `状态:待派遣 区:江北 超期 路灯` is a filter, and the filter is an address that can be passed on. */

/** The filters of a list, as the interface takes them. */
export interface Narrow {
  state?: string[];
  urgency?: ("normal" | "urgent" | "critical")[];
  item?: string[];
  source?: string[];
  division?: string;
  unit_id?: number;
  handler_id?: number;
  overdue?: boolean;
  open?: boolean;
  text?: string;
  bbox?: string;
  area?: string;
  opened_from?: string;
  opened_to?: string;
  closed_from?: string;
  closed_to?: string;
  soon?: boolean;
  sign?: string;
}

/** What words mean here: names of states (both languages) and divisions to their codes, and who asks. */
export interface Known {
  states: Record<string, string>;
  divisions: Record<string, string>;
  me?: number;
}

export interface Read {
  narrow: Narrow;
  /** Tokens whose key is known and whose value is not: shown to the person instead of silently dropped. */
  unknown: string[];
}

const KEYS: Record<string, string> = {
  状态: "state", state: "state", 区: "division", 区划: "division", area: "division", 事项: "item", item: "item",
  来源: "source", source: "source", 紧急: "urgency", urgency: "urgency", 单位: "unit", unit: "unit", 范围: "bbox", box: "bbox", 圈选: "ring", lasso: "ring", 自: "opened_from", since: "opened_from", 至: "opened_to", until: "opened_to", 结自: "closed_from", "closed-since": "closed_from", 结至: "closed_to", "closed-until": "closed_to",
  体征: "sign", sign: "sign",
};
const URGENCY: Record<string, "normal" | "urgent" | "critical"> = {
  一般: "normal", normal: "normal", 紧急: "urgent", urgent: "urgent", 特急: "critical", critical: "critical",
};
const FLAGS: Record<string, Partial<Narrow>> = {
  超期: { overdue: true }, overdue: { overdue: true }, 未超期: { overdue: false }, "in-time": { overdue: false },
  临期: { soon: true }, soon: { soon: true },
  已结: { open: false }, closed: { open: false }, 全部: { open: undefined }, all: { open: undefined },
};
const MINE = new Set(["我的", "mine"]);
/** A day or an hour of the city's own time. */
const TIME = /^(\d{4}-\d{2}-\d{2})(?:T([01]\d|2[0-3]))?$/;
const BOX = /^-?[\d.]+(,-?[\d.]+){3}$/;
/** What a vital sign counted: measure, window, item, division. */
const SIGN = /^[a-z0-9_]+~[a-z]+~\d*~\d*$/;
const RING = /^-?[\d.]+,-?[\d.]+(;-?[\d.]+,-?[\d.]+){2,59}$/;

/** A word as it stands in a token: no spaces, one case. */
export const folded = (word: string) => word.trim().toLowerCase().replace(/\s+/g, "-");

/** Read a search line. Open cases are meant unless 已结 or 全部 is said; words without a key are searched for. */
export function read(line: string, known: Known): Read {
  const narrow: Narrow = { open: true };
  const unknown: string[] = [];
  const words: string[] = [];
  for (const token of line.trim().split(/\s+/).filter(Boolean)) {
    const low = token.toLowerCase();
    const [, key, value] = /^([^:：]+)[:：](.+)$/.exec(token) ?? [];
    const flag = FLAGS[low];
    if (flag) Object.assign(narrow, flag);
    else if (MINE.has(low) && known.me !== undefined) narrow.handler_id = known.me;
    else if (!key || !value || !KEYS[key.toLowerCase()]) words.push(token);
    else if (!put(narrow, KEYS[key.toLowerCase()] as string, value, known)) unknown.push(token);
  }
  if (words.length) narrow.text = words.join(" ").slice(0, 100);
  return { narrow, unknown };
}

function put(narrow: Narrow, key: string, value: string, known: Known): boolean {
  if (key === "item") narrow.item = [...(narrow.item ?? []), ...value.split(/[,，]/)];
  else if (key === "source") narrow.source = [...(narrow.source ?? []), ...value.split(/[,，]/)];
  else if (key === "state") {
    const codes = value.split(/[,，]/).map((word) => known.states[folded(word)]);
    if (codes.some((code) => code === undefined)) return false;
    narrow.state = [...(narrow.state ?? []), ...(codes as string[])];
  } else if (key === "urgency") {
    const found = URGENCY[value.toLowerCase()];
    if (!found) return false;
    narrow.urgency = [...(narrow.urgency ?? []), found];
  } else if (key === "division") {
    const code = /^\d{2,12}$/.test(value) ? value : divisionOf(value, known);
    if (!code) return false;
    narrow.division = code;
  } else if (key === "unit") {
    if (!/^\d+$/.test(value)) return false;
    narrow.unit_id = Number(value);
  } else if (key === "opened_from" || key === "opened_to" || key === "closed_from" || key === "closed_to") {
    const [, day, hour = "00"] = TIME.exec(value) ?? [];
    if (!day) return false;
    narrow[key] = `${day}T${hour}:00:00+08:00`;
  } else if (key === "sign") {
    if (!SIGN.test(value)) return false;
    narrow.sign = value;
  } else if (key === "ring") {
    if (!RING.test(value)) return false;
    narrow.area = value;
  } else {
    if (!BOX.test(value)) return false;
    narrow.bbox = value;
  }
  return true;
}

/** 江北 means 江北区: a division is found by its whole name or by how it begins, if only one begins so. */
function divisionOf(word: string, known: Known): string | undefined {
  if (known.divisions[word]) return known.divisions[word];
  const found = Object.entries(known.divisions).filter(([name]) => name.startsWith(word));
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** Put a token into the line in place of every other with its key; without a value it is taken out. */
export function withToken(line: string, key: string, value: string | null): string {
  const kept = line.split(/\s+/).filter((token) => token && !token.startsWith(`${key}:`) && !token.startsWith(`${key}：`));
  return [...kept, ...(value ? [`${key}:${value}`] : [])].join(" ");
}

/** Turn a bare word such as 超期 on or off in the line. */
export function withFlag(line: string, flag: string, on: boolean): string {
  const kept = line.split(/\s+/).filter((token) => token && token !== flag);
  return [...kept, ...(on ? [flag] : [])].join(" ");
}

/** The line without the area drawn on the map, which is no word to read; and the line with such an area. */
export const withoutArea = (line: string): string => withToken(withToken(line, "圈选", null), "lasso", null);
export const withArea = (line: string, area: string | undefined): string => withToken(withoutArea(line), "圈选", area ?? null);
