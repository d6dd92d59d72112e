# SPDX-License-Identifier: Apache-2.0
"""Readings foreseen over HTTP: begun, looked at, taken away, ended; other districts see nothing of it."""

import pytest

from tongguan.foresight import api
from tongguan.foresight.testing import NOW, PRESENT, counted
from tongguan.kernel import clock
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afternoon():
    """The stories play on one afternoon."""
    with clock.using(clock.ManualClock(NOW)):
        yield


def test_a_leader_begins_a_forecast_takes_it_away_and_ends_it(people_cast, desk, tmp_path):
    square_city()
    leader, outsider = desk("leader"), desk("outsider")
    with counted(tmp_path) as squares:
        made = leader.post("/analysis/foresight/choices", {"observed": PRESENT, "division": "990101"})
        assert (made.status_code, made.json()["streams"]) == (201, 2)
        again = leader.post("/analysis/foresight/choices", {"observed": PRESENT, "division": "990101"})
        assert (again.status_code, again.json()["detail"]) == (409, "这一项已经在预测")
        api.foretell()
        rows = leader.get("/analysis/foresight/streams?text=G-2").json()
        assert [(row["stream"], row["unit"]) for row in rows] == [(squares["G-2"], "{person}")]
        told = leader.get(f"/analysis/foresight/streams/{squares['G-2']}").json()
        assert (len(told["past"]), len(told["ahead"])) == (72, 24)
        assert " 人（小时均值）" in told["text_zh"]
        sheet = leader.get(f"/analysis/foresight/streams/{squares['G-2']}/sheet?form=csv").content.decode()
        lines = sheet.splitlines()
        assert (lines[0], len(lines)) == ("\ufeff时间,小时均值（人）,预计,区间下沿,区间上沿", 1 + 72 + 24)
        assert outsider.get("/analysis/foresight/streams").json() == []
        for path in ("", "/sheet?form=csv"):
            refused = outsider.get(f"/analysis/foresight/streams/{squares['G-2']}{path}")
            assert refused.status_code == 404
        number = made.json()["id"]
        assert outsider.post(f"/analysis/foresight/choices/{number}/removal", {}).status_code == 404
        assert leader.post(f"/analysis/foresight/choices/{number}/removal", {}).status_code == 204
        assert leader.get("/analysis/foresight/choices").json() == {"rows": [], "taken": 0, "most": 200}
