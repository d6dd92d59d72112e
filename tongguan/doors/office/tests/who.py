# SPDX-License-Identifier: Apache-2.0
"""Who may do what with lists and rules: operation -> (method, path, body, roles), for the doors' matrix."""

from typing import Any, Final

from tongguan.people.testing import ROLES

#: Who sees the case of the matrix' stage, and who may say what it means.
SEE_IT: Final = {
    "acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator", "leader", "auditor", "city_chief",
    "city_dispatcher", "department", "handler",
}  # fmt: skip
DECIDE: Final = {"acceptor", "dispatcher", "duty_chief", "city_chief", "city_dispatcher"}
_REST_DAY: Final = {
    "date": "2098-12-01",
    "kind": "holiday",
    "reason": "城市纪念日",
    "source": "市政府通告",
}

OFFICE: Final[dict[str, tuple[str, str, Any, set[str]]]] = {
    "case_component": ("GET", "/cases/{case}/component", None, SEE_IT),
    "choose_component": (
        "POST",
        "/cases/{case}/component",
        {"component_code": "", "reason": "没有登记"},
        DECIDE,
    ),
    "component_links": ("GET", "/component-links", None, set(ROLES)),
    "case_urgency": ("GET", "/cases/{case}/urgency", None, SEE_IT),
    "set_urgency": ("POST", "/cases/{case}/urgency", {"level": "urgent", "reason": "临近放学"}, DECIDE),
    "duty_lists": ("GET", "/responsibilities", None, set(ROLES)),
    "duty_who": ("GET", "/responsibilities/who?item_code=01003&division=990101", None, set(ROLES)),
    "duty_diff": ("GET", "/responsibilities/1/diff", None, set()),
    "duty_lines": ("GET", "/responsibilities/1/lines", None, set()),
    "apply_duty_list": ("POST", "/responsibilities/999/apply", {}, set()),
    "drop_duty_list": ("POST", "/responsibilities/999/discard", {}, set()),
    "duty_list_back": (
        "POST",
        "/responsibilities/back",
        {"division": "990101", "number": 9, "reason": "有误"},
        set(),
    ),
    "rules_text": ("GET", "/rules/{zero}/text", None, set()),
    "draft_rules": (
        "POST",
        "/rules",
        {"kind": "routing", "division": "990101", "text": "rules: []"},
        {"duty_chief", "city_chief", "sysadmin"},
    ),
    "publish_rules": ("POST", "/rules/{zero}/publish", {}, set()),
    "rules_back": ("POST", "/rules/{zero}/back", {}, set()),
    "networks": ("GET", "/networks", None, set(ROLES)),
    "network_spread": ("GET", "/networks/spread?lon=121.005&lat=30.805", None, set(ROLES)),
    "network_shape": ("GET", "/networks/none/shape", None, set()),
    "network_isolation": ("GET", "/networks/none/isolation?edge=p1", None, set()),
    "network_trace": ("GET", "/networks/none/trace?node=n1", None, set()),
    "leak_watches": ("GET", "/leak-watches", None, set(ROLES)),
    "leak_watch": ("GET", "/leak-watches/none", None, set()),
    "leak_course": ("GET", "/leak-watches/none/course", None, set()),
    "streams": ("GET", "/streams", None, set(ROLES)),
    "stream_strangers": ("GET", "/streams/strangers", None, set(ROLES)),
    "stream": ("GET", "/streams/999999", None, set()),
    "stream_course": ("GET", "/streams/999999/course", None, set()),
    "sensor_coverage": ("GET", "/sensors/coverage?division=99&property=gas.ch4&radius_m=300", None, set()),
    "coverage_choices": ("GET", "/sensors/coverage/choices", None, set(ROLES)),
    "sensor_poles": ("GET", "/sensors/poles?division=990101&within_m=30", None, set(ROLES)),
    "sensor_refused": ("GET", "/sensors/refused", None, set(ROLES)),
    "processes": ("GET", "/processes", None, set(ROLES)),
    "process_picture": ("GET", "/processes/default/picture.svg", None, set(ROLES)),
    "calendars": ("GET", "/calendars", None, set(ROLES)),
    "workdays": ("GET", "/workdays?year=2026", None, set(ROLES)),
    "workday_changes": ("GET", "/workdays/changes?year=2026", None, set(ROLES)),
    "workday_effect": ("POST", "/workdays/effect", _REST_DAY, {"sysadmin"}),
    "alter_workday": ("POST", "/workdays", _REST_DAY, {"sysadmin"}),
    "rota": (
        "GET",
        "/rota?unit_id=999999&post=dispatcher&since=2026-05-01T00:00:00Z&until=2026-05-08T00:00:00Z",
        None,
        set(),
    ),
    "cancel_duty": ("POST", "/rota/999999/cancel", {}, set()),
    "views": ("GET", "/views", None, set(ROLES)),
    "keep_view": (
        "POST",
        "/views",
        {"name": "超期", "line": "超期", "narrow": {"overdue": True}},
        set(ROLES),
    ),
    "drop_view": ("POST", "/views/{zero}/removal", {}, set()),
    "map_cases": ("GET", "/map/cases", None, set(ROLES)),
    "map_components": ("GET", "/map/components?view=121,30.8,121.1,30.9", None, set(ROLES)),
    "map_grids": ("GET", "/map/grids?view=121,30.8,121.1,30.9", None, set(ROLES)),
    "map_place": ("GET", "/map/place?lon=121.005&lat=30.805", None, set(ROLES)),
    "map_layers": ("GET", "/map/layers", None, set(ROLES)),
    "map_layer": ("GET", "/map/layers/999999", None, set()),
}
