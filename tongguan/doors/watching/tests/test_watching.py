# SPDX-License-Identifier: Apache-2.0
"""Rules over readings at the desk: written with sources, rehearsed, switched on, retired; all in words."""

import pytest

from tongguan.runtime.testing import settle
from tongguan.sensing.testing import owned
from tongguan.watch.testing import wells

pytestmark = pytest.mark.django_db
RULE = {
    "zh": "井室甲烷超限", "detector": "threshold", "division": "990101",
    "settings": {
        "orange": {"value": 20, "source": "GB 50838", "confidence": "medium"},
        "orange_after": {"value": 120, "source": "值班约定", "confidence": "own"},
    },
    "scope": {"observed": ["gas.ch4_conc_lel"], "kinds": ["well"]},
}  # fmt: skip
NEW = RULE | {"code": "gas.methane"}


def test_an_official_writes_rehearses_switches_on_and_retires_a_rule(people_cast, desk, tmp_path):
    wells(1)
    chief, leader = desk("duty_chief"), desk("leader")
    made = chief.post("/watch/rules", NEW)
    assert (made.status_code, made.json()["state"], made.json()["unset"]) == (201, "draft", [])
    early = chief.post("/watch/rules/gas.methane/versions/1/force", {"reason": "启用"})
    assert (early.status_code, "试算" in early.json()["detail"]) == (409, True)
    with owned(tmp_path):
        job = chief.post("/watch/rules/gas.methane/versions/1/rehearsal", {"days": 2})
        assert job.status_code == 202
        settle()
    (shown,) = leader.get("/watch/rules/gas.methane").json()
    assert (shown["state"], shown["rehearsal"]["alarms"], shown["rehearsal"]["streams"]) == (
        "rehearsed",
        0,
        1,
    )
    assert (
        chief.post("/watch/rules/gas.methane/versions/1/force", {"reason": "例会同意"}).json()["state"]
        == "in_force"
    )
    assert [one["code"] for one in leader.get("/watch/rules?state=in_force").json()] == ["gas.methane"]
    late = chief.post("/watch/rules/gas.methane/versions", RULE, if_match='"v7"')
    assert late.status_code == 412
    gone = chief.post("/watch/rules/gas.methane/retirement", {"reason": "并入"}, if_match='"v1"')
    assert (gone.status_code, gone.json()["state"]) == (200, "retired")


def test_a_value_nobody_knows_is_left_to_be_set_and_says_so(people_cast, desk):
    unknown = NEW | {"settings": {"orange": {"value": None}, "red": RULE["settings"]["orange"]}}
    made = desk("duty_chief").post("/watch/rules", unknown)
    assert (made.status_code, made.json()["unset"]) == (201, ["橙色限值待设定"])
    refused = desk("duty_chief").post("/watch/rules/gas.methane/versions/1/rehearsal", {"days": 30})
    assert (refused.status_code, "橙色限值待设定" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"detector": "oracle"}, "detector"),
        ({"settings": {"orange": {"value": 20}}}, "settings.orange.source"),
        (
            {"settings": {"orange": {"value": "twenty", "source": "自定", "confidence": "own"}}},
            "settings.orange",
        ),
        ({"scope": {}}, "scope"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(people_cast, desk, changes, field):
    answer = desk("duty_chief").post("/watch/rules", NEW | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_detectors_say_what_they_need(people_cast, desk):
    kinds = {one["code"]: one for one in desk("leader").get("/watch/detectors").json()}
    assert {"threshold", "rate", "flat_line", "no_data", "balance", "compound"} <= set(kinds)
    window = {one["name"]: one for one in kinds["rate"]["parameters"]}["window"]
    assert (window["needed"], window["unit"], window["low"]) == (True, "s", 1)
