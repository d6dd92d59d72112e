// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { asked, control, gather, lacking, type Field, type Shown } from "./forms";

const field = (name: string, kind: string, more: Partial<Field> = {}): Field => ({ name, kind, label: name, required: false, ...more });
const nothing = async () => [];

describe("a form the server describes", () => {
  it("finds the control that fits", () => {
    const choices = [{ value: "17", label: "江北区市政所" }];
    expect(control(field("unit_id", "id", { choices }))).toBe("select");
    expect(control(field("co_unit_ids", "ids", { choices }))).toBe("many");
    expect(control(field("until", "word"))).toBe("moment");
    expect(control(field("reason", "text"))).toBe("area");
    expect(control(field("lon", "longitude"))).toBe("number");
  });
  it("gives numbers as numbers, leaves the empty out and says a flag either way", async () => {
    const fields = [field("unit_id", "id"), field("co_unit_ids", "ids"), field("reason", "text"), field("note", "text"), field("closing_met", "flag")];
    const given = await gather(fields, { unit_id: "17", co_unit_ids: "18, 19", reason: " 属地 ", note: "  " }, nothing);
    expect(given).toEqual({ unit_id: 17, co_unit_ids: [18, 19], reason: "属地", closing_met: false });
  });
  it("sends files first and names them", async () => {
    const sent: string[] = [];
    const upload = async (files: File[]) => files.map((file) => (sent.push(file.name), `id-${file.name}`));
    const given = await gather([field("photos", "files")], { photos: [new File(["x"], "a.jpg")] }, upload);
    expect(sent).toEqual(["a.jpg"]);
    expect(given).toEqual({ photos: ["id-a.jpg"] });
  });
  it("names what is lacking", () => {
    const fields = [field("reason", "text", { required: true }), field("verified", "flag", { required: true }), field("note", "text")];
    expect(lacking(fields, { reason: "  " })).toEqual(["reason"]);
    expect(lacking(fields, { reason: "有" })).toEqual([]);
  });
  it("does not ask for the order it already knows", () => {
    const move = { order_id: "01", inputs: [field("order_id", "uuid"), field("reason", "text")] } as unknown as Shown;
    expect(asked(move).map((input) => input.name)).toEqual(["reason"]);
  });
});
