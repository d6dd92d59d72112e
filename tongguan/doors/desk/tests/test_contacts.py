# SPDX-License-Identifier: Apache-2.0
"""The desk shows who told shortened, opens it with a reason, and finds a caller's earlier reports."""

import pytest

from tongguan.runtime.testing import audited
from tongguan.vault.testing import lose_keys

pytestmark = pytest.mark.django_db

TOLD = {
    "text": "人民路路灯不亮",
    "item_code": "01003",
    "division": "990101001",
    "reporter": {"name": "王小明", "phone": "13800001234", "email": "wang@example.com"},
}


def test_a_contact_is_shortened_until_it_is_opened_with_a_reason(desk):
    acceptor = desk("acceptor")
    number = acceptor.post("/reports", TOLD).json()["report_id"]
    shown = acceptor.get(f"/reports/{number}")
    assert shown.json()["reporter"]["phone"] == "138****1234"
    assert "13800001234" not in shown.content.decode()
    refused = acceptor.post(f"/reports/{number}/contact", {})
    assert (refused.status_code, refused.json()["field"]) == (422, "reason")
    assert audited("report.open_contact") == []
    opened = acceptor.post(f"/reports/{number}/contact", {"reason": "回访核实地点"})
    assert opened.json()["phone"] == "13800001234"
    (act,) = audited("report.open_contact")
    assert act.detail == {"reason": "回访核实地点"}


def test_a_lost_key_is_a_clear_no(desk):
    acceptor = desk("acceptor")
    number = acceptor.post("/reports", TOLD).json()["report_id"]
    lose_keys()
    answer = acceptor.post(f"/reports/{number}/contact", {"reason": "回访"})
    assert (answer.status_code, answer.json()["code"]) == (409, "vault.key_lost")
    shown = acceptor.get(f"/reports/{number}").json()["reporter"]
    assert (shown["phone"], "密钥" in shown["error"]) == ("", True)


def test_an_operator_finds_what_a_caller_told_before(desk):
    acceptor = desk("acceptor")
    first, second = (acceptor.post("/reports", TOLD).json() for _ in range(2))
    found = acceptor.post("/callers/reports", {"phone": "+86 138-0000-1234"}).json()
    assert [row["id"] for row in found] == [second["report_id"], first["report_id"]]
    assert [row["text"] for row in found] == ["人民路路灯不亮"] * 2
    earlier = acceptor.get(f"/reports/{second['report_id']}/earlier").json()
    assert [row["id"] for row in earlier] == [first["report_id"]]
    refused = acceptor.post("/callers/reports", {"phone": "不知道"})
    assert (refused.status_code, refused.json()["field"]) == (422, "phone")
