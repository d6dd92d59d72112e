// SPDX-License-Identifier: Apache-2.0
/** What somebody sent to a place should know: the words, how it looked, how it was left, what was thought of the photos. */
import { desk, told } from "@/api/client";
import type { components } from "@/api/made/desk";
import { note, putNote } from "@/stores/kept";

type Line = components["schemas"]["LineShown"];

export interface Shot {
  id: string;
  at: string;
  /** What the check of place and time found, in words; "" where nobody looked. */
  words: string;
  doubted: boolean;
}
export interface Look {
  text: string;
  condition: string;
  before: Shot[];
  after: Shot[];
}
interface Weighed {
  photos?: { id: string; verdict: string; words: string }[];
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);

/** Give the photos of a case by what they show: what was reported and found, and what was left. */
export function shotsOf(lines: readonly Line[]): Pick<Look, "before" | "after"> {
  const before: Shot[] = [];
  const after: Shot[] = [];
  for (const line of lines) {
    const take = (into: Shot[], ids: string[], name: string) => {
      const weighed = (line.evidence[name] as Weighed | undefined)?.photos ?? [];
      for (const id of ids) {
        if (into.some((shot) => shot.id === id)) continue;
        const one = weighed.find((photo) => photo.id === id);
        into.push({ id, at: line.at, words: one?.words ?? "", doubted: one?.verdict === "doubt" });
      }
    };
    take(before, list(line.evidence["files"]), "files");
    take(before, list(line.inputs["photos_before"]), "photos_before");
    take(after, list(line.inputs["photos_after"]), "photos_after");
    take(line.move === "verify" || line.move.startsWith("verify_") ? before : after, list(line.inputs["photos"]), "photos");
  }
  return { before, after };
}

/** Look at a case; without a network, as it was last seen on this phone. */
export async function lookAt(id: string): Promise<Look | undefined> {
  const name = `look:${id}`;
  const params = { path: { case_id: id } };
  try {
    const [row, history] = await Promise.all([told(desk.GET("/api/desk/cases/{case_id}", { params })), told(desk.GET("/api/desk/cases/{case_id}/timeline", { params }))]);
    const condition = (row.filing as { closing_condition?: string }).closing_condition ?? "";
    const look = { text: row.text, condition, ...shotsOf(history.rows) };
    await putNote(name, look);
    return look;
  } catch {
    return note<Look>(name);
  }
}

export const pictureOf = (id: string, photo: string) => `/api/desk/cases/${id}/files/${photo}`;
