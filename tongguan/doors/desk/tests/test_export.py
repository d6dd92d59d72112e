# SPDX-License-Identifier: Apache-2.0
"""The table for a spreadsheet: within scope, in the city's time, no formulas, audited."""

import csv
import io
from datetime import UTC, datetime

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.kernel import clock
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db


def table(response):
    text = b"".join(response.streaming_content).decode()
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_cases_come_in_the_citys_time_and_without_formulas(people_cast, desk):
    new = NewCase(item_code="01001", title='=HYPERLINK("http://evil")', text="", division="990101001001",
                  source="hotline", address="人民路，“12”号", lon=121.2, lat=31.0)  # fmt: skip
    with clock.using(clock.ManualClock(datetime(2026, 5, 1, 16, 30, 5, tzinfo=UTC))):
        cases.open_cases(people_cast.acceptor, [new])
    response = desk("acceptor").get("/cases/export.csv")
    (row,) = table(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert row["上报时间"] == "2026-05-02 00:30:05"
    assert row["标题"] == '\'=HYPERLINK("http://evil")'
    assert (row["地址"], row["经度"], row["结案时间"]) == ("人民路，“12”号", "121.2", "")
    assert [act.actor_key for act in audited("case.export")] == [people_cast.acceptor.key]


def test_another_district_gets_an_empty_table(people_cast, desk):
    new = NewCase(item_code="01001", title="井盖", text="", division="990101001001", source="hotline")
    cases.open_cases(people_cast.acceptor, [new])
    assert table(desk("outsider").get("/cases/export.csv")) == []
    assert table(desk("sysadmin").get("/cases/export.csv")) == []
