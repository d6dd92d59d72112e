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
      byId("replies").replaceChildren(...told.replies.map((line) => el("li", {}, line.words, el("small", {}, at(line.at)))));
      byId("progress").hidden = false;
      const given = Object.fromEntries(new FormData(form));
      await openSurvey({ tracking: given.tracking, secret: given.secret });
    } catch (error) { byId("progress").hidden = true; wrongIn(form, error); }
  });
});

const survey = byId("survey");
let opener = {};

async function openSurvey(by) {
  opener = by;
  try {
    show(await api("/survey", { method: "POST", base: "/api/citizen", body: opener }));
  } catch (error) {
    survey.hidden = true; // nothing to rate yet
    if (error.status !== 404) wrongIn(form, error);
  }
}

function show(told) {
  survey.hidden = false;
  byId("survey-about").textContent = `查询码 ${told.tracking}，案件编号 ${told.case_number}，${at(told.expires_at)} 前可评价`;
  if (told.rates) {
    survey.elements.responded.checked = told.rates.responded;
    survey.elements.solved.checked = told.rates.solved;
    survey.elements.satisfied.value = told.rates.satisfied;
    survey.elements.comment.value = told.rates.comment;
  }
  for (const field of survey.elements) if (field.id !== "reopen") field.disabled = !told.may_answer;
  byId("survey-done").textContent = told.asked ? "已请求重新办理，工作人员会核实" : told.rates ? "谢谢，您的评价已记录" : "";
  byId("reopen").hidden = !told.may_ask;
}

survey.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(survey.querySelector("button.main"), async () => {
    const e = survey.elements;
    const rates = { responded: e.responded.checked, solved: e.solved.checked, satisfied: e.satisfied.value, comment: e.comment.value };
    survey.querySelector(".wrong").hidden = true;
    try { show(await api("/survey/answer", { method: "POST", base: "/api/citizen", body: { ...opener, ...rates } })); } catch (error) { wrongIn(survey, error); }
  });
});

byId("reopen").addEventListener("click", () => {
  busy(byId("reopen"), async () => {
    try { show(await api("/survey/reopen", { method: "POST", base: "/api/citizen", body: opener })); } catch (error) { wrongIn(survey, error); }
  });
});

const token = new URLSearchParams(location.search).get("survey");
if (token) openSurvey({ token });
