# SPDX-License-Identifier: Apache-2.0
"""Rules over readings and alarms: rows of the matrix of permissions, and what is tried elsewhere."""

from tongguan.people.testing import ROLES

#: Rules over readings: read by everybody who watches the division, written by posts of the own division.
RULE_KEEPERS = {"duty_chief", "evaluator", "sysadmin", "city_chief"}
RULE = {
    "zh": "井室甲烷", "detector": "threshold", "division": "990101", "scope": {"kinds": ["well"]},
    "settings": {"red": {"value": 50, "source": "自定", "confidence": "own"}},
}  # fmt: skip
WATCHED = {
    "watch_detectors": ("GET", "/watch/detectors", None, set(ROLES)),
    "watch_rules": ("GET", "/watch/rules", None, set(ROLES)),
    "watch_rule": ("GET", "/watch/rules/none", None, set()),
    "draft_watch_rule": ("POST", "/watch/rules", RULE | {"code": "gas.methane"}, RULE_KEEPERS),
    "alter_watch_rule": ("POST", "/watch/rules/none/versions", RULE, set()),
    "rehearse_watch_rule": ("POST", "/watch/rules/none/versions/1/rehearsal", {"days": 30}, set()),
    "switch_on_watch_rule": ("POST", "/watch/rules/none/versions/1/force", {"reason": "启用"}, set()),
    "retire_watch_rule": ("POST", "/watch/rules/none/retirement", {"reason": "停用"}, set()),
}
#: Who may do what with alarms is told in alarms/tests and tried over HTTP in doors/alarms/tests.
ALARMS = {
    "alarms",
    "alarm_terms",
    "set_alarm_terms",
    "alarm_book",
    "alarm_calms",
    "keep_alarm_calm",
    "end_alarm_calm",
    "alarm_misses",
    "book_alarm_miss",
    "judge_alarm_miss",
    "outside_warnings",
    "unreadable_warnings",
    "alarm_cap",
    "alarm_chart",
    "alarm",
    "move_alarm",
    "alarms_of_case",
}
CAP = {"cap_feed", "cap_message", "take_cap"}
