// SPDX-License-Identifier: Apache-2.0
/** Forms that the server describes: what a control is, what it gives, what it still lacks. */
import type { components } from "@/api/made/desk";
import { typed } from "@/zone";

export type Shown = components["schemas"]["MoveShown"];
/** One input: its kind, its name for people, whether it must be given, what to choose from. */
export interface Field {
  name: string;
  kind: string;
  label: string;
  required: boolean;
  choices?: { value: string; label: string }[];
}
export type Values = Record<string, string | boolean | string[] | File[] | undefined>;
/** Sends files first and gives their ids. */
export type Upload = (files: File[]) => Promise<string[]>;

const NUMBERS = new Set(["id", "longitude", "latitude", "number"]);

/** The control that fits an input. */
export function control(field: Field): "area" | "check" | "files" | "many" | "select" | "item" | "moment" | "number" | "line" {
  if (field.kind === "files") return "files";
  if (field.kind === "flag") return "check";
  if (field.choices?.length) return field.kind === "ids" ? "many" : "select";
  if (field.name === "item_code") return "item";
  if (field.kind === "text") return "area";
  if (field.kind === "moment" || field.name === "until") return "moment";
  return NUMBERS.has(field.kind) ? "number" : "line";
}

/** Names of the required inputs that are empty. */
export function lacking(fields: readonly Field[], values: Values): string[] {
  const empty = (value: Values[string]) => value === undefined || value === "" || (Array.isArray(value) && !value.length) || (typeof value === "string" && !value.trim());
  return fields.filter((field) => field.required && field.kind !== "flag" && empty(values[field.name])).map((field) => field.name);
}

/** Give the inputs as the interface takes them; what was left empty is left out. */
export async function gather(fields: readonly Field[], values: Values, upload: Upload): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name];
    const kind = control(field);
    if (kind === "check") given[field.name] = value === true;
    else if (kind === "files") {
      if (Array.isArray(value) && value.length) given[field.name] = await upload(value as File[]);
    } else if (kind === "many") {
      if (Array.isArray(value) && value.length) given[field.name] = value.map(Number);
    } else if (typeof value !== "string" || !value.trim()) continue;
    else if (kind === "moment") given[field.name] = typed(value);
    else if (field.kind === "ids") given[field.name] = value.split(/[,，\s]+/).filter(Boolean).map(Number);
    else given[field.name] = NUMBERS.has(field.kind) ? Number(value) : value.trim();
  }
  return given;
}

/** The inputs a person fills in: a move on an order knows its order. */
export const asked = (move: Shown): Field[] => move.inputs.filter((input) => !(move.order_id && input.name === "order_id"));
