# SPDX-License-Identifier: Apache-2.0
"""Readings of the past: from CSV and Parquet, in the streams' units, going on after a stop."""

from datetime import UTC, datetime

import duckdb
import pytest
from django.core.management import CommandError, call_command

from tongguan.kernel.errors import Invalid
from tongguan.kernel.frames import Frame, Quality
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.sensing import api, backfill, queries
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.sensors.models import Datastream
from tongguan.sensors.testing import declare, declare_elsewhere, told

pytestmark = pytest.mark.django_db
AT = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def stream(db):
    """A pressure stream, and an owner of readings in this process; gives its number."""
    square_city()
    declare(told(1, observed="water.water_pressure", external="gw:1", unit="MPa"))
    with owned():
        yield sensors.datastreams_by_key(["gw:1"])["gw:1"].id


def kept(number):
    frame = queries.window([number], 0, 2**52)
    values = [round(value, 9) for value in frame.value]
    return list(zip(frame.at.tolist(), values, frame.quality.tolist(), strict=True))


def test_a_table_of_the_past_is_taken_in_the_streams_unit_and_bad_rows_are_kept(stream, tmp_path, capsys):
    table = tmp_path / "历史.csv"
    table.write_text(
        "外部键,时间,数值,单位\n"
        f"gw:1,{AT},0.3,MPa\n"
        "gw:1,2026-05-01T08:00:01+08:00,310,kPa\n"
        "gw:1,2026-05-01 08:00:02,0.32,\n"
        f"gw:1,{AT + 3000},25,Cel\n"
        f"gw:1,{AT + 4000},,MPa\n"
        f"gw:9,{AT},1,MPa\n"
        "gw:1,gestern,1,MPa\n"
        f"gw:1,{AT},viel,MPa\n"
    )
    call_command("readings", "import", str(table), "--zone", "Asia/Shanghai")
    assert "读 8 行（续传跳过 0）：收下 5，已有 0，另存 0，拒收 3" in capsys.readouterr().out
    found = kept(stream)
    assert [at - AT for at, _, _ in found] == [0, 1000, 2000, 3000, 4000]
    assert [value for _, value, _ in found[:4]] == [0.3, 0.31, 0.32, 25]
    assert [bool(bits & Quality.WRONG_UNIT) for _, _, bits in found] == [False, False, False, True, False]
    assert found[4][2] & Quality.NOT_A_NUMBER
    rows = sensors.refused(PLATFORM, origin="readings")
    assert sorted((one.place, one.field) for one in rows) == [(7, "stream"), (8, "at"), (9, "value")]
    call_command("readings", "import", str(table), "--zone", "Asia/Shanghai")
    assert "收下 0，已有 5" in capsys.readouterr().out


def test_a_day_of_readings_filled_in_at_once_is_no_flood(db, tmp_path):
    square_city()
    declare(told(1, observed="water.water_pressure", external="gw:1", unit="MPa", every="60"))
    table = tmp_path / "昨天.csv"
    rows = [f"gw:1,{AT + n * 60_000},{0.3 + n / 1e5:.5f}" for n in range(1440)]
    table.write_text("外部键,时间,数值\n" + "\n".join(rows) + "\n")
    with owned():
        assert backfill.backfill(PLATFORM, table).kept == 1440
        number = sensors.datastreams_by_key(["gw:1"])["gw:1"].id
        assert len(kept(number)) == 1440
        assert all(bits & Quality.BACKFILLED for *_, bits in kept(number))


def test_parquet_goes_on_where_it_was_broken_off(stream, tmp_path, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 400)
    file = tmp_path / "past.parquet"
    duckdb.execute(
        f"COPY (SELECT {stream} AS stream, epoch_ms({AT} + n * 1000) AS at, n / 1000.0 AS value "
        f"FROM range(1000) AS t(n)) TO '{file}' (FORMAT parquet)"
    )

    def stop(report):
        if report.rows == 800:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill.backfill(PLATFORM, file, zone="UTC", progress=stop)
    assert len(kept(stream)) == 800
    report = backfill.backfill(PLATFORM, file, zone="UTC", resume=True)
    assert (report.skipped, report.rows, report.kept) == (800, 200, 200)
    assert kept(stream)[-1][:2] == (AT + 999_000, 0.999)
    assert backfill.backfill(PLATFORM, file, zone="UTC", resume=True).again == 1000


def test_what_is_no_table_is_refused_as_such(stream, tmp_path):
    for name, text, code in (
        ("a.csv", "x,y\n1,2\n", "file.heading"),
        ("b.parquet", "PAR0", "file.unreadable"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(Invalid) as refused:
            backfill.backfill(PLATFORM, tmp_path / name)
        assert refused.value.code == code
    with pytest.raises(CommandError, match="无法读取"):
        call_command("readings", "import", str(tmp_path / "none.csv"))


def test_what_was_declared_elsewhere_a_moment_ago_is_known_when_it_first_speaks(stream):
    api.take(Frame.of([stream], [AT], [0.3]))
    declare_elsewhere(told(2, thing="W-2", observed="water.water_pressure", external="gw:2", unit="MPa"))
    other = Datastream.objects.get(external="gw:2").pk
    receipt = api.take(Frame.of([other], [AT], [0.4]))
    assert (receipt.kept, receipt.aside) == (1, 0)
    assert [row[:2] for row in kept(other)] == [(AT, 0.4)]
