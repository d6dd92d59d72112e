# SPDX-License-Identifier: Apache-2.0
"""Who may do what in analysis: operation -> (method, path, body, roles), for the doors' matrix."""

from typing import Any, Final

from tongguan.people.testing import ROLES

#: Posts of centres and departments; the others ask for nothing of their own here.
READERS: Final = {
    "acceptor", "dispatcher", "duty_chief", "department", "supervisor", "evaluator", "leader", "outsider",
    "outside_acceptor", "outside_department", "second_department", "city_chief", "city_dispatcher", "auditor",
}  # fmt: skip
_ZERO: Final = "00000000-0000-7000-8000-000000000000"
_TILE: Final = {"title": "案件", "show": "bars", "measure": "cases", "days": 28, "by": ["district"]}

ANALYSIS: Final[dict[str, tuple[str, str, Any, set[str]]]] = {
    "analysis_vocabulary": ("GET", "/analysis/vocabulary", None, set(ROLES)),
    "analysis_cube": ("GET", "/analysis/cube?by=district", None, READERS),
    "analysis_cases": ("GET", "/analysis/cases", None, READERS),
    "analysis_sheet": ("GET", "/analysis/sheet?form=csv", None, READERS),
    "analysis_hot": ("GET", "/analysis/hot?resolution=8", None, READERS),
    "analysis_clusters": ("GET", "/analysis/clusters", None, READERS),
    "analysis_course": ("GET", "/analysis/course", None, READERS),
    "analysis_drivers": ("GET", "/analysis/drivers", None, READERS),
    "analysis_links": ("GET", "/analysis/links", None, READERS),
    "analysis_readings": ("GET", "/analysis/readings/999999", None, set()),
    "analysis_sources": ("GET", "/analysis/sources", None, set(ROLES)),
    "analysis_measured": ("GET", "/analysis/measured?source=readings&code=none", None, set()),
    "analysis_outlooks": ("GET", "/analysis/outlooks", None, set(ROLES)),
    "analysis_outlook": ("GET", "/analysis/outlook?division=990101", None, set()),
    "foreseen_streams": ("GET", "/analysis/foresight/streams", None, set(ROLES)),
    "foreseen_stream": ("GET", "/analysis/foresight/streams/999999", None, set()),
    "foreseen_sheet": ("GET", "/analysis/foresight/streams/999999/sheet?form=csv", None, set()),
    "forecast_choices": ("GET", "/analysis/foresight/choices", None, set(ROLES)),
    "choose_forecast": ("POST", "/analysis/foresight/choices", {"stream": 999999}, set()),
    "drop_forecast": ("POST", f"/analysis/foresight/choices/{_ZERO}/removal", {}, set()),
    "projects": ("GET", "/analysis/projects", None, set(ROLES)),
    "project": ("GET", f"/analysis/projects/{_ZERO}", None, set()),
    "project_cases": ("GET", f"/analysis/projects/{_ZERO}/cases", None, set()),
    "decide_project": (
        "POST", f"/analysis/projects/{_ZERO}/decision", {"state": "accepted", "reason": "列入计划"}, set(),
    ),
    "boards": ("GET", "/analysis/boards", None, set(ROLES)),
    "keep_board": ("POST", "/analysis/boards", {"name": "晨会", "tiles": [_TILE]}, set(ROLES)),
    "board": ("GET", f"/analysis/boards/{_ZERO}", None, set()),
    "drop_board": ("POST", f"/analysis/boards/{_ZERO}/removal", {}, set()),
}  # fmt: skip
