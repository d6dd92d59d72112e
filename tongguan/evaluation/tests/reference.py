# SPDX-License-Identifier: Apache-2.0
"""What counts must come to, told row by row in plain Python: written apart from the statements it judges."""

from collections import defaultdict
from datetime import timedelta

ENDED = {"closed", "forced_close"}
GONE = {"voided", "not_accepted"}
PUBLIC = {"hotline", "citizen", "snap", "open311", "email", "chat", "mailbox", "public"}


def sums(book, since, until, asof, exempt=()):
    """Give (count, division, unit) → number for marks within since ≤ at < until; ``book``: table → rows.

    What an appeal, a consultation or an exemption keeps out is left out.
    """
    found = defaultdict(int)
    cases = {one["id"]: one for one in book["cases"]}
    kept_out = set(exempt)

    def out(case, timed, kind=None):
        if (kind if case is None else case["kind"]) == "consult":
            return True
        return case is not None and (case["id"] in kept_out or (timed and case["excused"]))

    def add(code, case, at, *, unit=None, timed=False, n=1, division=None, kind=None):
        if at is None or not since <= at < until or out(case, timed, kind):
            return
        found[code, division or case["division"], unit or (case["lead_unit"] if case else None) or 0] += n

    def late(clock):
        return clock["due_at"] is not None and (clock["stopped_at"] or asof) > clock["due_at"]

    for one in book["tellings"]:
        case = cases.get(one["case_id"])
        told = {"division": (case or one)["division"], "kind": one["kind"]}
        if one["kind"] == "consult":
            continue
        if case is not None and case["id"] in kept_out:
            continue
        # the kind of a telling is its own: a consultation about a complaint stays one
        valid = case is not None and case["state"] not in GONE
        for code, holds in (
            ("report", True), ("valid_report", valid), ("public_report", one["source"] in PUBLIC),
            ("valid_public_report", valid and one["source"] in PUBLIC),
        ):  # fmt: skip
            if holds and since <= one["received_at"] < until:
                found[code, told["division"], (case or {}).get("lead_unit") or 0] += 1

    clocks = defaultdict(list)
    for one in book["clocks"]:
        if one["order_id"] is None:
            clocks[one["case_id"]].append(one)
    for case_id, mine in clocks.items():
        case = cases[case_id]
        for one in mine:
            stopped, stage = one["stopped_at"], one["stage"]
            if stage == "accept" and case["state"] != "not_accepted":
                add("accept", case, stopped)
                if not late(one):
                    add("in_time_accept", case, stopped)
                if case["state"] != "voided":
                    add("accurate_accept", case, stopped)
            if stage in {"verify", "check", "dispatch"}:
                add(stage, case, stopped)
                add(f"need_{stage}", case, stopped)
                if not late(one):
                    add(f"in_time_{stage}", case, stopped)
                due = one["due_at"]
                if due is not None and due < asof and (stopped is None or stopped >= until):
                    add(f"need_{stage}", case, due)
            if stage == "dispatch":
                add("accurate_dispatch", case, stopped)
    for case in cases.values():
        mine = clocks[case["id"]]
        if case["filed_at"] is not None:
            add("register", case, case["filed_at"])
            add("accurate_register", case, case["filed_at"])
            if not any(late(one) for one in mine if one["stage"] == "register"):
                add("in_time_register", case, case["filed_at"])
            if case["closed_at"] is None or case["closed_at"] >= until:
                add("to_archive", case, case["filed_at"])
        if case["state"] == "voided":
            add("cancel", case, case["closed_at"])
            if case["filed_at"] is not None:
                add("accurate_register", case, case["closed_at"], n=-1)
        due = case["due_at"]
        if due is not None and due < asof and (case["closed_at"] is None or case["closed_at"] >= until):
            add("overtime_to_archive", case, due, timed=True)
        if case["urgency"] != "normal":
            add("urgent", case, case["opened_at"])
        if case["state"] in ENDED and case["closed_at"] is not None:
            _ended(add, case, mine, late, [one for one in book["answers"] if one["case_id"] == case["id"]])
    for one in book["orders"]:
        if one["role"] != "lead":
            continue
        case, due = cases[one["case_id"]], one["due_at"]
        told = {"unit": one["unit"]}
        if one["state"] == "confirmed" and one["confirmed_at"] is not None:
            passed = due is not None and one["confirmed_at"] > due
            for code in (
                "dispose",
                "need_dispose",
                "need_archive",
                "overtime_dispose" if passed else "in_time_dispose",
            ):
                add(code, case, one["confirmed_at"], timed=True, **told)
        done = [at for at in (one["confirmed_at"], one["ended_at"]) if at is not None]
        if due is not None and due < asof and all(at >= until for at in done):
            for code in ("overtime_to_dispose", "need_dispose", "need_archive"):
                add(code, case, due, timed=True, **told)
        if one["state"] == "returned":
            add("back", case, one["ended_at"], **told)
    for one in book["lines"]:
        case = cases[one["case_id"]]
        for word, code in (("reworks", "rework"), ("extensions", "delay"), ("suspensions", "suspend")):
            if word in one["counts"]:
                add(code, case, one["at"])
        if "reworks" in one["counts"]:
            add("accurate_dispatch", case, one["at"], n=-1)
    for one in book["answers"]:
        case = cases[one["case_id"]]
        add("return_visit", case, one["at"])
        if one["satisfied"] == "satisfied":
            add("satisfied", case, one["at"])
        if one["satisfied"] == "unsatisfied":
            add("unsatisfied", case, one["at"])
    return {key: n for key, n in found.items() if n}


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
