# SPDX-License-Identifier: Apache-2.0
"""Who may do what with call-backs and suspicions: rows of the matrix of permissions."""

from typing import Any, Final

_ZERO: Final = "00000000-0000-7000-8000-000000000000"
_KEEP: Final = {"supervisor", "evaluator", "duty_chief", "city_chief"}
_READ: Final = _KEEP | {"leader", "auditor"}
_CALL: Final = {"acceptor", "outside_acceptor", "supervisor", "duty_chief", "city_chief"}
_SUSPECT: Final = {"supervisor", "duty_chief", "city_chief", "leader", "evaluator", "auditor"}
_PLAN: Final = {
    "code": "monthly", "name": "每月回访", "division": "990101", "strata": ["unit"], "size": 20,
    "reason": "核对",
}  # fmt: skip
_DRAW: Final = {
    "plan": "none", "since": "2026-05-01T00:00:00+08:00", "until": "2026-05-02T00:00:00+08:00",
}  # fmt: skip


def rows(everyone: set[str]) -> dict[str, tuple[str, str, Any, set[str]]]:
    """Give operation -> (method, path, body, roles)."""
    return {
        "revisit_declaration": ("GET", "/revisits/declaration", None, everyone),
        "revisit_plans": ("GET", "/revisits/plans", None, _READ),
        "write_revisit_plan": ("POST", "/revisits/plans", _PLAN, _KEEP),
        "revisit_draws": ("GET", "/revisits/draws", None, _READ),
        "draw_revisits": ("POST", "/revisits/draws", _DRAW, set()),
        "revisit_draw": ("GET", f"/revisits/draws/{_ZERO}", None, set()),
        "revisit_tasks": ("GET", f"/revisits/draws/{_ZERO}/tasks", None, set()),
        "revisit_estimates": ("GET", f"/revisits/draws/{_ZERO}/estimates", None, set()),
        "revisit_disagreements": ("GET", f"/revisits/draws/{_ZERO}/disagreements", None, set()),
        "revisit_calls": ("GET", "/revisits/calls", None, _CALL),
        "take_revisit": ("POST", "/revisits/calls/next", {}, _CALL),
        "revisit_contact": ("POST", f"/revisits/calls/{_ZERO}/contact", {}, set()),
        "record_revisit": ("POST", f"/revisits/calls/{_ZERO}/outcome", {"outcome": "busy"}, set()),
        "release_revisit": ("POST", f"/revisits/calls/{_ZERO}/release", {}, set()),
        "suspicions": ("GET", "/suspicions", None, _SUSPECT),
        "suspicion_book": ("GET", "/suspicions/book", None, _SUSPECT),
        "resume_detector": (
            "POST", "/suspicions/detectors/too_fast/resumption", {"reason": "x"},
            {"supervisor", "duty_chief", "city_chief", "leader"},
        ),
        "suspicion": ("GET", f"/suspicions/{_ZERO}", None, set()),
        "suspicion_photo": ("GET", f"/suspicions/{_ZERO}/photos/photo", None, set()),
        "confirm_suspicion": (
            "POST", f"/suspicions/{_ZERO}/confirm", {"action": "none", "note": "x"}, set(),
        ),
        "reject_suspicion": ("POST", f"/suspicions/{_ZERO}/reject", {"note": "x"}, set()),
    }  # fmt: skip
