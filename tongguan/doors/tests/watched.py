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
#: Evaluation: read by who watches or is scored, kept by the city's evaluators, of whom the cast has none.
_TAKES_PART = set(ROLES) - {"citizen", "sysadmin", "secadmin"}
_MAY = "set=three_rates&period=2026-05"
_SET = {"code": "street_rates", "zh": "街道三率", "subject": "region", "rates": ["response_rate"]}
_WORDED = {"body": _SET, "reason": "试行"}
SCORES = {
    "evaluation_sets": ("GET", "/evaluation/sets", None, _TAKES_PART),
    "evaluation_set": ("GET", "/evaluation/sets/three_rates", None, _TAKES_PART),
    "new_evaluation_set": ("POST", "/evaluation/sets", _WORDED, set()),
    "draft_evaluation_set": ("POST", "/evaluation/sets/three_rates/versions", _WORDED, set()),
    "approve_evaluation_set": ("POST", "/evaluation/sets/three_rates/versions/9/approval", {}, set()),
    "drop_evaluation_set": (
        "POST",
        "/evaluation/sets/three_rates/versions/9/removal",
        {"reason": "误"},
        set(),
    ),
    "try_evaluation_set": ("POST", "/evaluation/rehearsal", {"body": _SET, "period": "2026-05"}, set()),
    "score_table": ("GET", f"/evaluation/table?{_MAY}", None, _TAKES_PART),
    "score_marks": (
        "GET",
        f"/evaluation/marks?{_MAY}&key=990101&count=judged",
        None,
        {
            "acceptor",
            "dispatcher",
            "duty_chief",
            "supervisor",
            "evaluator",
            "leader",
            "auditor",
            "city_chief",
        },
    ),
    "scores_compared": ("GET", f"/evaluation/compared?{_MAY}", None, _TAKES_PART),
    "score_corrections": ("GET", f"/evaluation/corrections?{_MAY}", None, set()),
    "score_csv": ("GET", f"/evaluation/export.csv?{_MAY}", None, _TAKES_PART),
    "score_xlsx": ("GET", f"/evaluation/export.xlsx?{_MAY}", None, _TAKES_PART),
    "evaluation_closings": ("GET", "/evaluation/closings", None, _TAKES_PART),
    "close_evaluation": ("POST", "/evaluation/closings", {"set": "three_rates", "period": "2026-05"}, set()),
    "evaluation_holds": ("GET", f"/evaluation/holds?{_MAY}", None, set()),
    "exemptions": ("GET", "/evaluation/exemptions", None, _TAKES_PART),
    "exempt_case": (
        "POST",
        "/evaluation/exemptions",
        {"case_id": "{case}", "kind": "impossible", "reason": "联席会议认定"},
        {"evaluator"},
    ),
    "take_exemption_back": ("POST", "/evaluation/exemptions/{zero}/removal", {"reason": "误"}, set()),
    "enter_score": (
        "POST",
        "/evaluation/entries",
        {"set": "yuncheng_team_final", "period": "2026-05", "key": "1", "name": "team", "value": 99},
        set(),
    ),
}
