# SPDX-License-Identifier: Apache-2.0
"""Things, sensors and streams are declared by the thousand, again and again, and only where one may."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tongguan.kernel.coordinates import from_wgs84
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited, published
from tongguan.sensors import api, queries
from tongguan.sensors.models import Datastream, Sensor, Thing, Whereabouts
from tongguan.sensors.testing import declare, told

pytestmark = pytest.mark.django_db


def system(division: str) -> Actor:
    return Actor(None, "client:1", "燃气公司", None, "", Scope((Grant(Post.SYSTEM, division, 0, ""),)))


@pytest.fixture
def city():
    square_city()


def faults(report):
    return [(one.place, one.field, one.code) for one in report.refusals]


def test_a_row_declares_a_thing_a_sensor_and_a_stream(city):
    report = declare(
        told(
            sensor="CH4-77", model="X1", unit="%LEL", low=0, high=100, every=60, external="gw7:3", division=""
        )
    )
    assert (report.things, report.streams, report.created, report.updated, report.refused) == (1, 1, 2, 0, 0)
    (stream,) = Datastream.objects.select_related("thing", "sensor", "observed")
    assert (stream.key, stream.external, stream.unit) == ("W-1/gas.ch4_conc_lel", "gw7:3", "%{LEL}")
    assert (stream.low, stream.high, stream.every, stream.rate) == (0, 100, 60, None)
    assert (stream.sensor.code, stream.sensor.model) == ("CH4-77", "X1")
    # The community comes from the point, the property from what is shipped.
    assert stream.division == stream.thing.division == stream.sensor.division == "990101001001"
    assert (stream.observed.name, stream.observed.source) == ("可燃气体浓度", "S25;S00")
    assert stream.thing.cell is not None
    assert published("SensorsDeclared")[-1][1] == {
        "division": "", "created": 2, "updated": 0, "removed": 0, "refused": 0,
    }  # fmt: skip
    assert audited("sensors.declare")[-1].detail["created"] == 2


def test_the_same_code_again_updates_what_the_file_tells_and_nothing_else(city):
    declare(told(low=0, high=100, every=60, sensor="A"))
    number = Datastream.objects.get().pk
    report = declare(
        told(high=80, thing_name="一号井（新）"), given={"thing", "thing_name", "observed", "high"}
    )
    stream = Datastream.objects.select_related("thing", "sensor").get()
    assert (report.created, report.updated) == (0, 2)
    assert (stream.pk, stream.low, stream.high, stream.every) == (number, 0, 80, 60)
    assert (stream.thing.name, stream.sensor.code) == ("一号井（新）", "A")


def test_a_thing_that_moves_keeps_where_it_was_and_takes_its_streams_along(city):
    declare(told(1), told(2, observed="gas.gas_temp"))
    declare(told(1, lon=121.025, division=""))
    thing = Thing.objects.get()
    assert thing.division.startswith("990102")
    assert set(Datastream.objects.values_list("division", flat=True)) == {thing.division}
    assert [one.location.geometry["coordinates"][0] for one in Whereabouts.objects.order_by("id")] == [
        121.005, 121.025,
    ]  # fmt: skip


def test_bad_rows_are_kept_with_their_field_and_the_others_are_taken(city):
    declare(told(1, thing="W-0", external="taken"))
    report = declare(
        told(1),
        told(2, thing=""),
        told(3, thing="W-3", lon="30.8", lat="121.0"),
        told(4, thing="W-4", high="viel"),
        told(5, thing="W-5", low=5, high=5),
        told(6, thing="W-6", observed="gas.unheard"),
        told(7, thing="W-7", unit="kPa"),
        told(8, thing="W-8", external="taken"),
        told(9, thing="W-9", installed_on="gestern"),
        told(10, thing="W-10", every=0),
        told(11, thing="W 11"),
        told(12, thing="W-12", lat=""),
        told(13, thing="W-13", lon="", lat="", division=""),
        told(14, thing="W-14", observed="", unit="m"),
        told(15, thing="W-15", active="vielleicht"),
        source="读数点.csv",
    )
    assert sorted(faults(report)) == [
        (2, "thing", "value.missing"),
        (3, "lat", "coordinates.out_of_range"),
        (4, "high", "value.not_a_number"),
        (5, "high", "range.empty"),
        (6, "observed", "property.unknown"),
        (7, "unit", "unit.other_quantity"),
        (8, "external", "external.taken"),
        (9, "installed_on", "value.not_a_date"),
        (10, "every", "value.not_positive"),
        (11, "thing", "code.characters"),
        (12, "lat", "value.missing"),
        (13, "division", "value.missing"),
        (14, "observed", "value.missing"),
        (15, "active", "value.not_yes_or_no"),
    ]
    assert (report.rows, report.refused, report.streams) == (15, 14, 1)
    kept = queries.refused(PLATFORM, origin="import")
    assert len(kept) == 14
    assert "viel" in next(one.raw for one in kept if one.place == 4)


def test_a_system_declares_in_its_divisions_only_and_takes_nobodys_codes(city):
    declare(told(1, sensor="S-1"))
    south = system("990102")
    report = declare(
        told(1),
        told(2, thing="X-1"),
        told(3, thing="X-2", lon=121.025, division="", sensor="S-1"),
        told(4, thing="X-3", lon=121.025, division=""),
        actor=south,
    )
    assert faults(report) == [
        (1, "thing", "code.taken"),
        (2, "division", "division.out_of_scope"),
        (3, "sensor", "code.taken"),
    ]
    assert [thing.code for thing in queries.things(south)] == ["X-3"]
    assert queries.datastreams_by_key([("W-1", "gas.ch4_conc_lel")], south) == {}
    assert len(queries.refused(south)) == 3
    assert queries.refused(system("990101")) == []


def test_who_is_no_keeper_declares_nothing(city):
    dispatcher = Actor(7, "user:7", "李派遣", None, "", Scope((Grant(Post.DISPATCHER, "9901", 0, ""),)))
    with pytest.raises(Forbidden):
        declare(told(), actor=dispatcher)
    assert not Thing.objects.exists()


def test_positions_in_another_system_are_converted_at_the_door(city):
    lon, lat = from_wgs84(121.005, 30.805, "GCJ02")
    declare(told(lon=lon, lat=lat), crs="gcj-02")
    thing = Thing.objects.get()
    assert (thing.lon, thing.lat, thing.crs) == (pytest.approx(121.005), pytest.approx(30.805), "GCJ02")
    with pytest.raises(Invalid):
        declare(told(), crs="Mars")


def test_streams_are_found_by_any_of_their_keys_in_two_statements(city, django_assert_num_queries):
    declare(
        *(told(n, thing=f"W-{n}", external=f"gw:{n}") for n in range(1, 40)),
        told(40, thing="W-1", channel="b", sensor="B"),
    )
    wanted = [
        ("W-1", "gas.ch4_conc_lel"), "gw:2", "W-3/gas.ch4_conc_lel", "W-1/gas.ch4_conc_lel/b", "none",
    ]  # fmt: skip
    with django_assert_num_queries(3):  # the stamp, then each kind of key
        found = queries.datastreams_by_key(wanted)
    assert [found[key].key for key in wanted[:-1]] == [
        "W-1/gas.ch4_conc_lel", "W-2/gas.ch4_conc_lel", "W-3/gas.ch4_conc_lel", "W-1/gas.ch4_conc_lel/b",
    ]  # fmt: skip
    assert "none" not in found
    with django_assert_num_queries(0):
        assert queries.datastreams_by_key(wanted) == found
    declare(told(1, thing="none"), given={"thing", "observed", "unit"})
    declare(told(1, thing="W-1", external="none"))
    assert queries.datastreams_by_key(["none"])["none"].thing == "W-1"


def test_places_of_streams_come_in_one_statement_within_the_scope(city, django_assert_num_queries):
    declare(
        told(1, component="99010101001000001", element="J-7"), told(2, thing="X", lon=121.025, division="")
    )
    numbers = list(Datastream.objects.order_by("id").values_list("pk", flat=True))
    with django_assert_num_queries(1):
        found = queries.at(numbers)
    first = found[numbers[0]]
    assert (first.thing, first.thing_name, first.lon, first.element) == ("W-1", "一号井", 121.005, "J-7")
    assert first.component == "99010101001000001"
    assert list(queries.at(numbers, system("990102"))) == [numbers[1]]


def test_what_streams_declare_follows_changes_without_reading_all(city):
    declare(told(1, low=0, high=100, every=60), told(2, thing="W-2", rate=5, tolerance=0.5))
    one, two = Datastream.objects.order_by("id").values_list("pk", flat=True)
    found = queries.declared()
    assert found.number.tolist() == [one, two]
    np.testing.assert_array_equal(found.low, [0, np.nan])
    np.testing.assert_array_equal(found.rate, [np.nan, 5])
    declare(told(1, high=50), given={"thing", "observed", "high"})
    declare(told(1, thing="W-2", active="否"), given={"thing", "observed", "active"})
    again = queries.declared()
    assert (again.number.tolist(), again.high.tolist(), again.every.tolist()) == ([one], [50], [60])


def test_a_file_is_declared_by_command_and_says_what_it_refused(city, tmp_path, capsys):
    table = tmp_path / "点位.csv"
    table.write_text(
        "监测点编码,监测点名称,经度,纬度,观测属性,单位,下限\nW-1,一号井,121.005,30.805,gas.gas_pressure,MPa,0\n"
        "W-2,二号井,121.005,30.805,gas.nothing,,\n",
        "gb18030",
    )
    call_command("sensors", "import", str(table))
    told_out = capsys.readouterr()
    assert "新增 2，更新 0，拒收 1" in told_out.out
    assert "第 3 行 observed" in told_out.err
    assert Datastream.objects.get().unit == "MPa"
    lines = tmp_path / "点位.json"
    lines.write_text(
        json.dumps([{"thing": "W-9", "division": "990101", "property": "water.ph", "active": True}, 7])
    )
    report = api.import_file(PLATFORM, lines)
    assert (report.streams, faults(report)) == (1, [(2, "thing", "value.missing")])
    with pytest.raises(CommandError, match="无法读取"):
        call_command("sensors", "import", str(tmp_path / "none.csv"))
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="首行"):
        call_command("sensors", "import", str(bad))


def test_the_shipped_properties_are_stored_once(city, capsys):
    call_command("sensors", "properties")
    call_command("sensors", "properties")
    assert capsys.readouterr().out.splitlines() == ["新增观测属性 54 个", "新增观测属性 0 个"]
    assert Sensor.objects.count() == 0


def test_a_thousand_rows_cost_some_statements_not_thousands(city, django_assert_max_num_queries):
    declare(told(0))
    rows = [told(n, thing=f"P-{n}", sensor=f"D-{n}", external=f"e:{n}") for n in range(1_000)]
    with django_assert_max_num_queries(90):
        assert declare(*rows).streams == 1_000
    with django_assert_max_num_queries(60):
        assert declare(*rows).updated == 2_000
