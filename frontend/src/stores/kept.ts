// SPDX-License-Identifier: Apache-2.0
/** What this phone keeps by itself: things to send and receipts. IndexedDB survives flight mode and restarts. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { Taken } from "@/phone/taken";

export type JobKind = "snap" | "entry" | "move";
/** waiting: not yet sent; sent: the server has it; refused: a person must mend or drop it. */
export type JobState = "waiting" | "sent" | "refused";

export interface Photo {
  blob: Blob;
  name: string;
  /** What its camera wrote of place and time. */
  taken?: Taken;
  /** The server's number for it, once it has been taken. */
  ref?: string;
}

/** One thing done on this phone. Its number goes with it, so that sending it twice does it once. */
export interface Job {
  id: string;
  kind: JobKind;
  title: string;
  body: Record<string, unknown>;
  photos: Photo[];
  state: JobState;
  at: string;
  tries: number;
  /** Who was signed in when it was done; nobody else's session sends it. "" for citizens. */
  who: string;
  problem?: string;
}

/** What opens the progress of one's own telling. */
export interface Receipt {
  tracking: string;
  secret: string;
  title: string;
  at: string;
}

interface Kept extends DBSchema {
  jobs: { key: string; value: Job; indexes: { at: string } };
  receipts: { key: string; value: Receipt };
  notes: { key: string; value: unknown };
}

let opened: Promise<IDBPDatabase<Kept>> | undefined;

function open(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>("tongguan-phone", 1, {
    upgrade(db) {
      db.createObjectStore("jobs", { keyPath: "id" }).createIndex("at", "at");
      db.createObjectStore("receipts", { keyPath: "tracking" });
      db.createObjectStore("notes");
    },
  });
  return opened;
}

export const putJob = async (job: Job) => void (await (await open()).put("jobs", job));
export const dropJob = async (id: string) => (await open()).delete("jobs", id);
/** Give all jobs, oldest first. */
export const jobs = async (): Promise<Job[]> => (await open()).getAllFromIndex("jobs", "at");
export const putReceipt = async (receipt: Receipt) => void (await (await open()).put("receipts", receipt));
export const receipts = async (): Promise<Receipt[]> =>
  (await (await open()).getAll("receipts")).sort((a, b) => b.at.localeCompare(a.at));
/** Keep a value under a name (the tasks last seen, the draft being written). */
export const putNote = async (name: string, value: unknown) => void (await (await open()).put("notes", value, name));
export const note = async <T>(name: string): Promise<T | undefined> => (await (await open()).get("notes", name)) as T | undefined;
