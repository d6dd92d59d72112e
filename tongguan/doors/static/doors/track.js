// SPDX-License-Identifier: Apache-2.0
// A citizen asks how far it is, with tracking code and secret.
import { api, at, busy, byId, el, wrongIn } from "./house.js";

const form = byId("track");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(form.querySelector("button"), async () => {
    form.querySelector(".wrong").hidden = true;
    try {
      const told = await api("/track", { method: "POST", base: "/api/citizen", body: Object.fromEntries(new FormData(form)) });
      byId("words").textContent = told.words;
      byId("number").textContent = told.case_number ? `案件编号 ${told.case_number}` : "";
      byId("steps").replaceChildren(...told.lines.map((line) => el("li", {}, line.words, el("small", {}, at(line.at)))));
      byId("progress").hidden = false;
    } catch (error) { byId("progress").hidden = true; wrongIn(form, error); }
  });
});
