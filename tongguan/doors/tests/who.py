# SPDX-License-Identifier: Apache-2.0
"""Who may do what over HTTP: each operation of the doors, how it is asked and which roles it serves."""

from tongguan.doors.analysis.tests.who import ANALYSIS
from tongguan.doors.briefings.tests.who import BRIEFINGS
from tongguan.doors.insight.tests.who import INSIGHT
from tongguan.doors.office.tests.who import OFFICE
from tongguan.doors.revisits.tests import who as revisits
from tongguan.doors.tests.watched import SCORES, WATCHED
from tongguan.people.testing import ROLES

EVERYONE = set(ROLES)
#: Who sees the case of 江北区 that 江北区市政所 works on, told by the acceptor.
CITY = {"city_chief", "city_dispatcher"}
ELSEWHERE = {role for role in ROLES if role.startswith("outside")} | {"citizen"}
SEES = {"acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator", "leader", "auditor"} | CITY
UNIT = {"department", "handler"}
SEE_IT = SEES | UNIT
OPERATORS = {"sysadmin"}
REVIEW = {"acceptor", "duty_chief", "city_chief"}
CALL = {"acceptor", "dispatcher", "duty_chief"} | CITY
DANGER = CALL | {"supervisor", "leader"}
TELL = EVERYONE - {"evaluator", "auditor", "sysadmin", "secadmin"}
#: Who has nothing to do with cameras.
UNSEEN = {"outside_handler", "outside_collector", "citizen", "secadmin"}
CAMERA = {"code": "C-1", "name": "路口", "division": "990101001001", "lon": 121.005, "lat": 30.805}
ZERO = "00000000-0000-7000-8000-000000000000"

#: operation -> (method, path, body, who may). "{case}" etc. are filled with what the stage holds.
DESK = {
    "me": ("GET", "/session", None, EVERYONE),
    "stream_ticket": ("GET", "/stream-ticket", None, EVERYONE),
    "cases": ("GET", "/cases", None, EVERYONE),
    "case_counts": ("GET", "/cases/counts", None, EVERYONE),
    "cases_near": ("GET", "/cases/near?lon=121.005&lat=30.805", None, EVERYONE),
    "case_export": ("GET", "/cases/export.csv", None, EVERYONE),
    "case": ("GET", "/cases/{case}", None, SEE_IT),
    "case_timeline": ("GET", "/cases/{case}/timeline", None, SEE_IT),
    "case_moves": ("GET", "/cases/{case}/moves", None, SEE_IT),
    "case_orders": ("GET", "/cases/{case}/orders", None, SEE_IT),
    "case_clocks": ("GET", "/cases/{case}/clocks", None, SEE_IT),
    "case_explain": ("GET", "/cases/{case}/explain", None, SEE_IT),
    "case_picture": ("GET", "/cases/{case}/process.svg", None, SEE_IT),
    "case_applications": ("GET", "/cases/{case}/applications", None, SEE_IT),
    "case_supervisions": ("GET", "/cases/{case}/supervisions", None, SEE_IT),
    "case_file": ("GET", "/cases/{case}/files/{file}", None, set()),
    "case_move": (
        "POST",
        "/cases/{case}/moves/recall",
        {"inputs": {"reason": "派错"}},
        {"dispatcher", "duty_chief"} | CITY,
    ),
    "apply": ("POST", "/cases/{case}/applications", {"kind": "extend", "text": "管线复杂"}, {"department"}),
    "decide_application": ("POST", "/applications/{zero}/decision", {"approve": True}, set()),
    "withdraw_application": ("POST", "/applications/{zero}/withdrawal", {}, set()),
    "supervise": (
        "POST",
        "/cases/{case}/supervisions",
        {"kind": "urge", "text": "请抓紧"},
        {"dispatcher", "duty_chief", "supervisor", "leader"} | CITY,
    ),
    "sign_supervision": ("POST", "/supervisions/{zero}/receipt", {}, set()),
    "answer_supervision": ("POST", "/supervisions/{zero}/answer", {"text": "已到"}, set()),
    "end_supervision": ("POST", "/supervisions/{zero}/end", {"reason": "撤回"}, set()),
    "my_tasks": ("GET", "/tasks", None, EVERYONE),
    "bulk_preview": ("POST", "/bulk/preview", {"case_ids": ["{case}"], "move": "recall"}, EVERYONE),
    "bulk_start": (
        "POST",
        "/bulk",
        {"case_ids": ["{case}"], "move": "recall", "inputs": {"reason": "派错"}},
        EVERYONE,
    ),
    "jobs": ("GET", "/jobs", None, EVERYONE),
    "job": ("GET", "/jobs/{zero}", None, set()),
    "cancel_job": ("POST", "/jobs/{zero}/cancel", {}, set()),
    "undo_job": ("POST", "/jobs/{zero}/undo", {}, set()),
    "file_report": (
        "POST",
        "/reports",
        {"text": "路灯不亮", "item_code": "01003", "division": "990101001"},
        TELL,
    ),
    "report_triage": ("GET", "/reports/{report}/triage", None, REVIEW),
    "case_matter": ("GET", "/cases/{case}/matter", None, SEE_IT),
    "case_units": ("GET", "/cases/{case}/units", None, SEE_IT),
    "matter_again": ("GET", "/reports/{zero}/matter/again", None, set()),
    "take_report_out": ("POST", "/reports/{zero}/apart", {"reason": "另一个"}, set()),
    "put_report_with": ("POST", "/reports/{zero}/together", {"case_id": ZERO, "reason": "同一处"}, set()),
    "never_one": ("POST", "/cases/{case}/never", {"case_id": ZERO, "reason": "不同"}, set()),
    "rules": ("GET", "/rules", None, EVERYONE),
    "try_rules": ("GET", "/rules/{zero}/try", None, set()),
    "models": ("GET", "/models", None, OPERATORS),
    "train_model": ("POST", "/models/none/train", {}, set()),
    "compare_model": ("GET", "/models/item/1/compare", None, set()),
    "shadow_model": ("POST", "/models/item/1/shadow", {}, set()),
    "promote_model": ("POST", "/models/item/1/promote", {}, set()),
    "rollback_model": ("POST", "/models/item/rollback", {}, OPERATORS),
    "quarantine": ("GET", "/reports/quarantine", None, REVIEW | {"outside_acceptor"}),
    "report": ("GET", "/reports/{report}", None, REVIEW),
    "correct_report": (
        "POST",
        "/reports/{report}/correction",
        {"item_code": "01003", "reason": "归类"},
        REVIEW,
    ),
    "reply_report": ("POST", "/reports/{report}/reply", {"reply": "已答复"}, REVIEW),
    "report_contact": ("POST", "/reports/{report}/contact", {"reason": "回访"}, REVIEW),
    "earlier_reports": ("GET", "/reports/{report}/earlier", None, REVIEW),
    "caller_reports": (
        "POST",
        "/callers/reports",
        {"phone": "13800000000"},
        REVIEW | {"outside_acceptor"},
    ),
    # Parcels that could not be read have no place yet: every reviewer may take them.
    "unread": ("GET", "/unread", None, REVIEW | {"outside_acceptor"}),
    "open_unread": ("POST", "/unread/{zero}/open", {}, set()),
    "replay_unread": ("POST", "/unread/{zero}/replay", {}, set()),
    "replay_unread_many": ("POST", "/unread/replay", {}, set()),
    "dismiss_unread": ("POST", "/unread/{zero}/dismiss", {"reason": "广告"}, set()),
    **OFFICE,
    "inbox": ("GET", "/inbox", None, EVERYONE),
    "inbox_unread": ("GET", "/inbox/unread", None, EVERYONE),
    "inbox_read": ("POST", "/inbox/read", {}, EVERYONE),
    "start_call": ("POST", "/calls", {"phone": "13800000000"}, REVIEW | {"outside_acceptor"}),
    "calls": ("GET", "/calls", None, REVIEW | {"outside_acceptor"}),
    "call_help": ("POST", "/calls/help", {"text": "井盖破损"}, REVIEW | {"outside_acceptor"}),
    "call_report": ("POST", "/calls/{zero}/reports", {"report": {"text": "路灯不亮"}}, set()),
    "call_answer": ("POST", "/calls/{zero}/answers", {"report": {"text": "问"}, "reply": "答"}, set()),
    "call_reminder": ("POST", "/calls/{zero}/reminders/{zero}", {"text": "快点"}, set()),
    "end_call": ("POST", "/calls/{zero}/end", {}, set()),
    "field_reviews": ("GET", "/field/reviews", None, CALL | {"outsider", "outside_acceptor"}),
    "decide_field_entry": ("POST", "/field/reviews/1", {"decision": "noted", "reason": "有用"}, set()),
    "collector_positions": ("GET", "/field/positions", None, CALL | {"outsider", "outside_acceptor"}),
    "collector_track": (
        "GET",
        "/field/tracks/1?since=2026-05-01T00:00:00%2B08:00&until=2026-05-01T12:00:00%2B08:00",
        None,
        CALL | {"outsider", "outside_acceptor"},
    ),
    "knowledge": ("GET", "/knowledge?text=a", None, EVERYONE),
    "own_file": ("GET", "/files/{zero}", None, set()),
    "items": ("GET", "/items?text=%E4%BA%95", None, EVERYONE),
    "filing_rules": ("GET", "/items/01003/rules", None, EVERYONE),
    "units": ("GET", "/units?division=990101", None, EVERYONE),
    "people": ("GET", "/people?post=handler&division=990101", None, EVERYONE - ELSEWHERE),
    "divisions": ("GET", "/divisions", None, EVERYONE),
    "cameras": (
        "GET",
        "/video/cameras",
        None,
        EVERYONE - {"handler", "second_handler", "collector"} - UNSEEN,
    ),
    "register_cameras": ("POST", "/video/cameras", {"cameras": [CAMERA]}, OPERATORS),
    "video_kinds": ("GET", "/video/kinds", None, EVERYONE),
    "findings": ("GET", "/video/findings", None, REVIEW | {"outside_acceptor"}),
    "finding_picture": ("GET", "/video/findings/{zero}/picture", None, set()),
    "accept_finding": ("POST", "/video/findings/{zero}/accept", {}, set()),
    "reject_finding": ("POST", "/video/findings/{zero}/reject", {"reason": "not_there"}, set()),
    "video_book": ("GET", "/video/book", None, REVIEW | {"outside_acceptor"}),
    "switch_video": ("POST", "/video/switches", {"camera": "none", "off": True, "reason": "遮挡"}, set()),
    "operation": ("GET", "/operation", None, OPERATORS),
    "dead_facts": ("GET", "/dead-letters/facts", None, OPERATORS),
    "replay_fact": ("POST", "/dead-letters/facts/1/replay", {}, set()),
    "dead_messages": ("GET", "/dead-letters/messages", None, OPERATORS),
    # Danger without a place is seen by every caller, so that somebody calls.
    "handovers": ("GET", "/handovers", None, DANGER | {"outsider", "outside_acceptor"}),
    "danger_rules": ("GET", "/handovers/rules", None, DANGER | {"outsider", "outside_acceptor"}),
    "open_handover": (
        "POST",
        "/handovers",
        {"case_id": ZERO, "service": "ambulance", "reason": "有人晕倒"},
        set(),
    ),
    "handover": ("GET", "/handovers/{handover}", None, DANGER),
    "handover_steps": ("GET", "/handovers/{handover}/steps", None, DANGER),
    "hand_over": ("POST", "/handovers/{handover}/call", {"number": "119"}, CALL),
    "handover_taken": ("POST", "/handovers/{handover}/taken", {"person": "接警员"}, CALL),
    "end_handover": ("POST", "/handovers/{handover}/result", {"text": "已扑灭"}, CALL),
    "false_alarm": ("POST", "/handovers/{handover}/false-alarm", {"text": "油烟"}, CALL),
    "hot_matters": ("GET", "/hot", None, EVERYONE),
    "replay_messages": ("POST", "/dead-letters/messages/replay", {"ids": [ZERO]}, set()),
    "department_links": ("GET", "/departments", None, OPERATORS),
    "department_stuck": ("GET", "/departments/none/stuck", None, set()),
    "department_sent": ("GET", "/departments/none/sent", None, set()),
    "replay_department": ("POST", "/departments/none/replay", {"from": 1}, set()),
    "retry_department": ("POST", "/departments/none/retry", {}, set()),
    "skip_department_event": (
        "POST",
        "/departments/none/skip",
        {"case_id": ZERO, "reason": "已电话通知"},
        set(),
    ),
    "switch_department": ("POST", "/departments/none/switch", {"active": False}, set()),
    "case_ratings": ("GET", "/cases/{case}/ratings", None, SEE_IT),
}
#: Who sees vital signs: the posts of centres, each of the own.
CENTRES = SEES | {"outsider", "outside_acceptor"}
WORDED = {"zh": "办结比", "dimension": "公众满意度", "formula": "closed_today / new_today"}
DESK |= {
    "signs": ("GET", "/indicators", None, CENTRES),
    "sign_registry": ("GET", "/indicators/registry", None, EVERYONE),
    "sign": ("GET", "/indicators/open_now", None, CENTRES),
    "sign_versions": ("GET", "/indicators/open_now/versions", None, EVERYONE),
    "sign_history": ("GET", "/indicators/open_now/history", None, CENTRES),
    "sign_ranking": ("GET", "/indicators/open_now/ranking", None, CENTRES),
    "sign_rows": ("GET", "/indicators/open_now/rows", None, CENTRES),
    "try_sign": ("POST", "/indicators/trial", {"formula": "closed_today"}, CENTRES),
    "define_sign": ("POST", "/indicators", WORDED | {"code": "per_new"}, OPERATORS),
    "rehearse_sign": ("POST", "/indicators/per_new/rehearsal", WORDED, OPERATORS),
    "alter_sign": ("POST", "/indicators/open_now/versions", {**WORDED, "formula": ""}, OPERATORS),
    "retire_sign": ("POST", "/indicators/urgent_now/retirement", {"reason": "不用"}, OPERATORS),
}
DESK |= WATCHED | SCORES | INSIGHT | ANALYSIS | BRIEFINGS
DESK |= revisits.rows(EVERYONE)
#: Without a sign-in, or ending it: tested with the pages. Uploads: tested with the journey.
#: Who may plan a turn of duty and hand in a list or devices is tried in office/tests.
APART = {"csrf", "sign_in", "sign_out", "change_password", "keep_file", "plan_duty"}
APART |= {"take_duty_list", "take_devices"}
CHAT = {"sender": "小陈", "time": "2026-05-01 09:30:12", "content": "路灯不亮"}
#: operation -> (method, path, body, the scope it needs).
#: A department's system shows no token: its signature is tried in partner/tests.
SIGNED = {"department_events", "department_replay", "department_photos", "department_photo"}
PARTNER = {
    "create_report": ("POST", "/reports", {"text": "路灯不亮"}, "reports:write"),
    "create_reports": ("POST", "/reports/batch", {"reports": [{"text": "路灯不亮"}]}, "reports:write"),
    "channels": ("GET", "/channels", None, "reports:read"),
    "post_parcel": ("POST", "/channels/chat", CHAT, "reports:write"),
    "get_report": ("GET", "/reports/{tracking}", None, "reports:read"),
    "cases": ("GET", "/cases", None, "cases:read"),
    "stream_ticket": ("GET", "/stream-ticket", None, "cases:read"),
    "case": ("GET", "/cases/{case}", None, "cases:read"),
    "case_timeline": ("GET", "/cases/{case}/timeline", None, "cases:read"),
    "case_moves": ("GET", "/cases/{case}/moves", None, "cases:move"),
    "case_move": ("POST", "/cases/{case}/moves/recall", {"inputs": {"reason": "x"}}, "cases:move"),
}


#: Everything a collector's device asks is about the collector's own.
FIELD = {
    "submit_entries": ("POST", "/entries", {"entries": []}),
    "sync_tasks": ("POST", "/tasks", {"known": []}),
    "duty_area": ("GET", "/area", None),
}
