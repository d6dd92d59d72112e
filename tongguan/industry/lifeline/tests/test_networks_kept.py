# SPDX-License-Identifier: Apache-2.0
"""Networks taken in from files: any declared system, bad rows kept, each sees the own divisions."""

import json
import sys

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tongguan.industry.lifeline import api, queries
from tongguan.industry.lifeline.contracts import Reach
from tongguan.industry.lifeline.sources import Reading
from tongguan.kernel.coordinates import from_wgs84, to_projected
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import CITY, DISTRICT, cast, forget_caches
from tongguan.places.testing import SOUTH, STEP, WEST, square_city
from tongguan.simulation import hydraulics

#: Along the middle of the city from west (江北) to east (江南), a node every 0.005°.
PLACES = [(WEST + STEP / 4 + n * STEP / 2, SOUTH + STEP / 2) for n in range(8)]
CSV = """编号,类型,名称,经度,纬度,起点,终点,长度,管径,设备编号
S,水源,,{0},,,,,
V,阀门,,{1},,,,,
A,节点,,{2},,,,,泵房-1
U1,用户,翠园小区,{3},,,,,
B,节点,,{4},,,,,流量计-2
U2,user,荷塘小区,{5},,,,,
坏,节点,,abc,1,,,,
p1,管道,,,,S,V,,300,
p2,管道,,,,V,A,500,300,
p3,管道,,,,A,U1,120,100,
p4,管道,,,,A,B,480,300,
p5,管道,,,,B,U2,90,100,
p6,管道,,,,B,没有,90,100,
"""


@pytest.fixture
def people(db):
    forget_caches()
    square_city()
    yield cast()
    forget_caches()


@pytest.fixture
def main(people, tmp_path):
    """A main from 江北 into 江南, taken in from CSV in GCJ-02."""
    rows = [",".join(str(v) for v in from_wgs84(*PLACES[n], "GCJ02")) for n in (0, 1, 2, 3, 4, 5)]
    file = tmp_path / "main.csv"
    file.write_text(CSV.format(*rows), encoding="gb18030")
    return api.import_network(
        PLATFORM, file, code="W1", name="供水主干", kind="water", division=CITY, reading=Reading("GCJ02")
    )


def test_a_csv_is_taken_in_with_its_bad_rows_kept(people, main):
    assert (main.nodes, main.edges) == (6, 5)
    assert [(f.line, f.field) for f in queries.faults("W1")] == [(0, "end"), (8, "lon")]
    (network,) = queries.networks(people.sysadmin)
    assert (network.code, network.crs, network.nodes) == ("W1", "GCJ02", 6)
    assert main.length_m == pytest.approx(500 + 120 + 480 + 90 + 477.6, abs=1), "p1 was measured"


def test_each_sees_the_own_part_and_how_many_lie_beyond(people, main):
    cut, beyond = queries.isolation(people.duty_chief, "W1", "p2")
    assert (cut.valves, cut.users, beyond) == (("V",), ("U1",), 1)
    cut, beyond = queries.isolation(people.city_chief, "W1", "p2")
    assert (set(cut.users), beyond) == ({"U1", "U2"}, 0)
    with pytest.raises(NotFound):
        queries.isolation(people.outsider, "W1", "p2")
    traced = queries.downstream(people.duty_chief, "W1", "V")
    assert (traced.nodes, traced.beyond) == (("A", "U1"), 2)
    assert queries.upstream(people.outsider, "W1", "U2").nodes == ("B",)


def test_things_on_a_network_know_their_distance_along_it(people, main):
    metres = queries.distances(["泵房-1", "流量计-2", "别处"])
    assert metres[0, 1] == pytest.approx(480)
    assert np.isinf(metres[0, 2])
    assert (metres[0, 0], metres[2, 2]) == (0, np.inf)


def test_geojson_lines_make_their_own_ends_and_gas_finds_the_drain_beside_it(people, tmp_path):
    x, y = to_projected(np.array([p[0] for p in PLACES[:2]]), np.array([p[1] for p in PLACES[:2]]), 40)
    ends = list(zip(x.tolist(), y.tolist(), strict=True))
    told = [
        {
            "geometry": {"type": "LineString", "coordinates": ends},
            "properties": {"编号": "Y1", "类型": "管渠"},
        },
        {
            "geometry": {"type": "Point", "coordinates": ends[0]},
            "properties": {"编号": "井1", "类型": "检查井"},
        },
        {"geometry": {"type": "Polygon", "coordinates": []}, "properties": {"编号": "面"}},
        {"geometry": {"type": "LineString", "coordinates": [[1]]}, "properties": {"编号": "短"}},
    ]
    body = {"type": "FeatureCollection", "features": [{"type": "Feature", **one} for one in told]}
    file = tmp_path / "drains.geojson"
    file.write_text(json.dumps(body), encoding="utf-8")
    words = {"code": "Y", "name": "雨水", "kind": "drainage", "division": CITY}
    done = api.import_network(PLATFORM, file, **words, reading=Reading("CGCS2000", 40))
    assert (done.nodes, done.edges) == (3, 1)
    assert [(f.line, f.field) for f in done.faults] == [(3, "geometry"), (4, "geometry")]
    near = queries.adjacent(people.duty_chief, *PLACES[0], Reach(20.0, 100.0))
    assert [one.code for one in near] == ["井1"]
    assert queries.adjacent(people.outsider, *PLACES[0], Reach(20.0, 100.0)) == []


def test_only_a_keeper_takes_networks_in_and_drops_them(people, main, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("编号,经度,纬度\nA,121.001,30.801\n", encoding="utf-8")
    words = {"code": "X", "name": "试", "kind": "gas", "division": DISTRICT, "reading": Reading("WGS84")}
    with pytest.raises(Forbidden):
        api.import_network(people.duty_chief, file, **words)
    with pytest.raises(Forbidden):
        api.drop_network(people.outsider, "W1")
    api.drop_network(people.sysadmin, "W1")
    assert queries.networks(people.sysadmin) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "oil"}, "kind"),
        ({"division": "77"}, "division"),
        ({"code": " "}, "code"),
        ({"reading": Reading()}, "crs"),
        ({"reading": Reading("LOCAL")}, "anchor"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_field(people, tmp_path, change, field):
    file = tmp_path / "x.csv"
    file.write_text("编号,经度,纬度\nA,121.001,30.801\n", encoding="utf-8")
    words = {"code": "X", "name": "试", "kind": "gas", "division": CITY, "reading": Reading("WGS84")}
    with pytest.raises(Invalid) as refused:
        api.import_network(PLATFORM, file, **{**words, **change})
    assert refused.value.field == field


def test_the_command_takes_a_file_in_and_names_what_was_not_taken(people, tmp_path, capsys):
    file = tmp_path / "x.csv"
    file.write_text("编号,经度,纬度\nA,121.001,30.801\nB,999,1\n", encoding="utf-8")
    words = ("--code", "X", "--name", "试", "--kind", "gas", "--division", CITY, "--crs", "WGS84")
    call_command("lifeline", "import", str(file), *words)
    said = capsys.readouterr().out
    assert "第 3 行 lon" in said
    assert "节点 1 个" in said
    call_command("lifeline", "list")
    assert "X\t试\tgas" in capsys.readouterr().out
    with pytest.raises(CommandError, match="kind"):
        call_command("lifeline", "import", str(file), *words[:5], "oil", *words[6:])


EPANET = """[JUNCTIONS]
a 10 5
b 12 3
[RESERVOIRS]
R 60
[PIPES]
p1 R a 100 200 100 0 Open
p2 a b 250 150 100 0 Open
[COORDINATES]
R 0 0
a 100 0
b 100 250
[OPTIONS]
Units CMH
Headloss H-W
[END]
"""


def test_an_epanet_file_in_metres_of_a_drawing_is_laid_around_its_anchor(people, tmp_path):
    file = tmp_path / "town.inp"
    file.write_text(EPANET, encoding="ascii")
    words = {"code": "E", "name": "模型", "kind": "water", "division": CITY}
    done = api.import_network(PLATFORM, file, **words, reading=Reading("LOCAL", anchor=tuple(PLACES[0])))
    assert (done.nodes, done.edges, done.length_m) == (3, 2, 350.0)
    assert queries.downstream(people.city_chief, "E", "R").nodes == ("a", "b")


def test_an_epanet_file_that_is_none_and_a_missing_library_are_said_plainly(tmp_path, monkeypatch):
    file = tmp_path / "no.inp"
    file.write_text("[PIPES]\np1 x y 1 1 1 0 Open\n", encoding="ascii")
    with pytest.raises(Invalid, match="not an EPANET file"):
        hydraulics.opened(file)
    monkeypatch.setitem(sys.modules, "wntr", None)  # as it is where the extra was not installed
    with pytest.raises(Invalid) as refused:
        hydraulics.opened(file)
    assert "uv sync --extra lifeline" in refused.value.zh
