# SPDX-License-Identifier: Apache-2.0
"""What counts must come to, told row by row in plain Python: written apart from the statements it judges."""

from collections import defaultdict
from datetime import timedelta

ENDED = {"closed", "forced_close"}
GONE = {"voided", "not_accepted"}
PUBLIC = {"hotline", "citizen", "snap", "open311", "email", "chat", "mailbox", "public"}


class _Sums:
    """The sums of one book; each part of the book adds its own."""

    def __init__(self, book, since, until, asof, exempt):
        self.book, self.since, self.until, self.asof = book, since, until, asof
        self.kept_out, self.found = set(exempt), defaultdict(int)
        self.cases = {one["id"]: one for one in book["cases"]}
        self.clocks = defaultdict(list)
        for one in book["clocks"]:
            if one["order_id"] is None:
                self.clocks[one["case_id"]].append(one)

    def add(self, code, case, at, *, unit=None, timed=False, n=1):
        if at is None or not self.since <= at < self.until or case["kind"] == "consult":
            return
        if case["id"] in self.kept_out or (timed and case["excused"]):
            return
        self.found[code, case["division"], unit or case["lead_unit"] or 0] += n

    def late(self, clock):
        return clock["due_at"] is not None and (clock["stopped_at"] or self.asof) > clock["due_at"]

    def open_beyond(self, due, *ends):
        """Tell whether something due was still not done when the period ended."""
        return due is not None and due < self.asof and all(at is None or at >= self.until for at in ends)

    def tellings(self):
        for one in self.book["tellings"]:
            case = self.cases.get(one["case_id"])
            if one["kind"] == "consult" or (case is not None and case["id"] in self.kept_out):
                continue
            # the kind of a telling is its own: a consultation about a complaint stays one
            valid = case is not None and case["state"] not in GONE
            for code, holds in (
                ("report", True), ("valid_report", valid), ("public_report", one["source"] in PUBLIC),
                ("valid_public_report", valid and one["source"] in PUBLIC),
            ):  # fmt: skip
                if holds and self.since <= one["received_at"] < self.until:
                    self.found[code, (case or one)["division"], (case or {}).get("lead_unit") or 0] += 1

    def stages(self):
        for case_id, mine in self.clocks.items():
            for one in mine:
                self._stage(self.cases[case_id], one)

    def _stage(self, case, one):
        stopped, stage, due = one["stopped_at"], one["stage"], one["due_at"]
        if stage == "accept" and case["state"] != "not_accepted":
            self.add("accept", case, stopped)
            if not self.late(one):
                self.add("in_time_accept", case, stopped)
            if case["state"] != "voided":
                self.add("accurate_accept", case, stopped)
        if stage in {"verify", "check", "dispatch"}:
            self.add(stage, case, stopped)
            self.add(f"need_{stage}", case, stopped)
            if not self.late(one):
                self.add(f"in_time_{stage}", case, stopped)
            if self.open_beyond(due, stopped):
                self.add(f"need_{stage}", case, due)
        if stage == "dispatch":
            self.add("accurate_dispatch", case, stopped)

    def lives(self):
        for case in self.cases.values():
            mine, filed = self.clocks[case["id"]], case["filed_at"]
            if filed is not None:
                self.add("register", case, filed)
                self.add("accurate_register", case, filed)
                if not any(self.late(one) for one in mine if one["stage"] == "register"):
                    self.add("in_time_register", case, filed)
                if case["closed_at"] is None or case["closed_at"] >= self.until:
                    self.add("to_archive", case, filed)
            if case["state"] == "voided":
                self.add("cancel", case, case["closed_at"])
                if filed is not None:
                    self.add("accurate_register", case, case["closed_at"], n=-1)
            if self.open_beyond(case["due_at"], case["closed_at"]):
                self.add("overtime_to_archive", case, case["due_at"], timed=True)
            if case["urgency"] != "normal":
                self.add("urgent", case, case["opened_at"])
            if case["state"] in ENDED and case["closed_at"] is not None:
                answers = [one for one in self.book["answers"] if one["case_id"] == case["id"]]
                _ended(self.add, case, mine, self.late, answers)

    def orders(self):
        for one in self.book["orders"]:
            if one["role"] != "lead":
                continue
            case, due, done = self.cases[one["case_id"]], one["due_at"], one["confirmed_at"]
            told = {"unit": one["unit"]}
            if one["state"] == "confirmed" and done is not None:
                passed = "overtime_dispose" if due is not None and done > due else "in_time_dispose"
                for code in ("dispose", "need_dispose", "need_archive", passed):
                    self.add(code, case, done, timed=True, **told)
            if self.open_beyond(due, done, one["ended_at"]):
                for code in ("overtime_to_dispose", "need_dispose", "need_archive"):
                    self.add(code, case, due, timed=True, **told)
            if one["state"] == "returned":
                self.add("back", case, one["ended_at"], **told)

    def lines(self):
        for one in self.book["lines"]:
            case = self.cases[one["case_id"]]
            for word, code in (("reworks", "rework"), ("extensions", "delay"), ("suspensions", "suspend")):
                if word in one["counts"]:
                    self.add(code, case, one["at"])
            if "reworks" in one["counts"]:
                self.add("accurate_dispatch", case, one["at"], n=-1)

    def answers(self):
        for one in self.book["answers"]:
            case = self.cases[one["case_id"]]
            self.add("return_visit", case, one["at"])
            if one["satisfied"] in {"satisfied", "unsatisfied"}:
                self.add(one["satisfied"], case, one["at"])


def sums(book, since, until, asof, exempt=()):
    """Give (count, division, unit) → number for marks within since ≤ at < until; ``book``: table → rows.

    What an appeal, a consultation or an exemption keeps out is left out.
    """
    found = _Sums(book, since, until, asof, exempt)
    for part in (found.tellings, found.stages, found.lives, found.orders, found.lines, found.answers):
        part()
    return {key: n for key, n in found.found.items() if n}


def _ended(add, case, clocks, late, answers):
    at, passed = case["closed_at"], any(late(one) for one in clocks)
    add("archive", case, at, timed=True)
    add("overtime_archived" if passed else "in_time_archive", case, at, timed=True)
    add("judged", case, at)
    if answers:
        newest = max(answers, key=lambda one: one["at"])
        add("visited", case, at)
        for code, holds in (
            ("contacted", newest["responded"]), ("solved", newest["solved"]),
            ("content", newest["satisfied"] == "satisfied"),
        ):  # fmt: skip
            if holds:
                add(code, case, at)


COUNTED = (
    "report", "valid_report", "public_report", "valid_public_report", "accept", "in_time_accept",
    "accurate_accept", "need_verify", "verify", "in_time_verify", "need_check", "check", "in_time_check",
    "need_dispatch", "dispatch", "in_time_dispatch", "accurate_dispatch", "register", "in_time_register",
    "accurate_register", "cancel", "dispose", "need_dispose", "need_archive", "in_time_dispose",
    "overtime_dispose", "overtime_to_dispose", "back", "rework", "delay", "suspend", "archive",
    "in_time_archive", "overtime_archived", "to_archive", "overtime_to_archive", "urgent", "return_visit",
    "satisfied", "unsatisfied", "judged", "visited", "contacted", "solved", "content",
)  # fmt: skip
HOUR = timedelta(hours=1)
