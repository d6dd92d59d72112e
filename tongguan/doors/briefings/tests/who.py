# SPDX-License-Identifier: Apache-2.0
"""Who may do what with briefings: operation -> (method, path, body, roles), for the doors' matrix."""

from typing import Any, Final

from tongguan.people.testing import ROLES

#: The posts of centres, each of the own divisions.
READ: Final = {
    "acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator", "leader", "auditor", "city_chief",
    "city_dispatcher", "outsider", "outside_acceptor",
}  # fmt: skip
MAKE: Final = {"duty_chief", "evaluator", "supervisor", "leader", "city_chief"}
KEEP: Final = {"duty_chief", "evaluator", "city_chief"}
_OWN: Final = (
    "code: own\nname: 自定\nkind: daily\ncadence: day\ntitle: 日报\n"
    'sections:\n  - title: 情况\n    parts:\n      - say: "共{opened}。"\n'
)
_ASKED: Final = {"division": "990101", "day": "2026-05-01"}
_WHY: Final = {"reason": "有误"}

BRIEFINGS: Final[dict[str, tuple[str, str, Any, set[str]]]] = {
    "briefings": ("GET", "/briefings", None, READ),
    "write_briefing": ("POST", "/briefings", _ASKED | {"template": "daily"}, MAKE),
    "briefing": ("GET", "/briefings/{zero}", None, set()),
    "briefing_file": ("GET", "/briefings/{zero}/file", None, set()),
    "briefing_figure": ("GET", "/briefings/{zero}/figures/f1", None, set()),
    "briefing_drift": ("GET", "/briefings/{zero}/drift", None, set()),
    "cancel_briefing": ("POST", "/briefings/{zero}/cancel", {}, set()),
    "reword_briefing": ("POST", "/briefings/{zero}/wordings", {"key": "s1", "text": "好"}, set()),
    "polish_briefing": ("POST", "/briefings/{zero}/polish", {}, set()),
    "remark_briefing": ("POST", "/briefings/{zero}/remarks", {"text": "好"}, set()),
    "review_briefing": ("POST", "/briefings/{zero}/review", {}, set()),
    "return_briefing": ("POST", "/briefings/{zero}/return", _WHY, set()),
    "sign_briefing": ("POST", "/briefings/{zero}/signature", {}, set()),
    "withdraw_briefing": ("POST", "/briefings/{zero}/withdrawal", _WHY, set()),
    "distribute_briefing": ("POST", "/briefings/{zero}/readers", {"posts": ["leader"]}, set()),
    "briefing_templates": ("GET", "/briefing-templates", None, READ),
    "briefing_template": ("GET", "/briefing-templates/daily", None, READ),
    "briefing_template_versions": ("GET", "/briefing-templates/daily/versions", None, READ),
    "briefing_template_changes": ("GET", "/briefing-templates/daily/changes?since=1&until=1", None, READ),
    "briefing_measures": ("GET", "/briefing-measures", None, set(ROLES)),
    "word_briefing_template": (
        "POST", "/briefing-templates", {"text": _OWN, "note": "新建", "division": "990101"}, KEEP,
    ),
    "preview_briefing": ("POST", "/briefing-preview", _ASKED | {"text": _OWN}, KEEP),
    "briefing_schedules": ("GET", "/briefing-schedules", None, READ),
    "plan_briefing": ("POST", "/briefing-schedules", {"template": "daily", "division": "990101"}, KEEP),
    "switch_briefing_schedule": ("POST", "/briefing-schedules/999/switch", {"active": False}, set()),
}  # fmt: skip
