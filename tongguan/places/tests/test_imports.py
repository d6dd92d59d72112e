# SPDX-License-Identifier: Apache-2.0
"""Imports of registers: all or nothing, faults by line, the same file twice changes nothing."""

import csv
import json
from io import StringIO

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from tongguan.kernel.coordinates import from_wgs84
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places import api, queries
from tongguan.places.codes import GridStandard
from tongguan.places.models import Division, DutyGrid, Gazetteer, GazetteerKey, UnitGrid
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited, published

pytestmark = pytest.mark.django_db

TREE = "code,name\n42,湖东省\n420100,云城市\n420101,东湖区\n420101001,水果街道\n420101001001,梨园社区\n"


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return path

    return put


def feature(shape, **properties):
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def faults(report):
    return [(f.line, f.field, f.code, f.fatal) for f in report.faults]


def test_a_tree_is_taken_and_the_second_time_nothing_changes(write):
    path = write("tree.csv", TREE)
    report = api.import_divisions(PLATFORM, path)
    assert (report.rows, report.created, report.updated, report.unchanged) == (5, 5, 0, 0)
    assert list(Division.objects.values_list("code", "level", "parent")) == [
        ("42", "province", ""),
        ("4201", "city", "42"),
        ("420101", "district", "4201"),
        ("420101001", "street", "420101"),
        ("420101001001", "community", "420101001"),
    ]
    again = api.import_divisions(PLATFORM, path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)
    renamed = api.import_divisions(PLATFORM, write("new.csv", TREE.replace("东湖区", "东湖新区")))
    assert (renamed.created, renamed.updated, renamed.unchanged) == (0, 1, 4)
    assert queries.division_name("420101001") == "云城市东湖新区水果街道"
    assert [act.subject for act in audited("places.import")] == ["places:divisions"] * 3
    assert len(published("DivisionsChanged")) == 3


def test_one_bad_row_and_nothing_is_imported(write):
    body = TREE + "42010,少一位\n420102,\n420101,东湖区\n430101,没有上级\n4201x2,字母\n"
    report = api.import_divisions(PLATFORM, write("bad.csv", body))
    assert report.failed
    assert faults(report) == [
        (7, "code", "code.length", True),
        (8, "name", "value.missing", True),
        (11, "code", "code.not_digits", True),
        (9, "code", "code.double", True),
        (10, "code", "division.no_parent", True),
    ]
    assert not Division.objects.exists()
    assert not audited()
    assert not published()
    assert report.created == 0


def test_a_dry_run_counts_and_writes_nothing(write):
    report = api.import_divisions(PLATFORM, write("tree.csv", TREE), dry_run=True)
    assert (report.created, report.failed) == (5, False)
    assert not Division.objects.exists()
    assert not audited()


def test_texts_no_register_takes_are_refused(write):
    body = f"code,name\n42,a\x00b\n43,{'长' * 61}\n"
    report = api.import_divisions(PLATFORM, write("texts.csv", body))
    assert faults(report) == [(2, "name", "text.control", True), (3, "name", "text.too_long", True)]


def test_only_keepers_import_and_only_their_own_part(write):
    people = cast()
    path = write("tree.csv", TREE)
    with pytest.raises(Forbidden):
        api.import_divisions(people.dispatcher, path)
    report = api.import_divisions(people.sysadmin, path)
    assert {f.code for f in report.faults} == {"division.out_of_scope"}
    square_city()
    renamed = api.import_divisions(people.sysadmin, write("own.csv", "code,name\n990101,江北新区\n"))
    assert (renamed.updated, renamed.failed) == (1, False)


def test_boundaries_in_gcj02_are_stored_in_wgs84_and_point_lookup_follows(write):
    square_city()
    moved = shapely.transform(
        shapely.box(121.05, 30.8, 121.06, 30.81),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], "GCJ02")),
    )
    assert queries.locate_one(121.055, 30.805) == ("", "")
    body = collection(feature(moved, 代码="990101001001005", 名称="新格"))
    report = api.import_grids(PLATFORM, write("grids.geojson", body), crs="gcj-02")
    assert faults(report) == [(1, "geometry", "geometry.outside_parent", False)]
    assert report.created == 1
    grid = UnitGrid.objects.get(pk="990101001001005")
    assert (grid.crs, round(grid.west, 6), round(grid.north, 6)) == ("GCJ02", 121.05, 30.81)
    assert grid.area_m2 == pytest.approx(955 * 1112, rel=0.01)
    assert grid.cell is not None
    assert queries.locate_one(121.055, 30.805) == ("990101001001", "990101001001005")


def test_a_row_without_boundary_keeps_the_stored_one(write):
    square_city()
    before = queries.boundary("990101001001001")
    api.import_grids(PLATFORM, write("names.csv", "标识码,名称\n990101001001001,东门格\n"))
    assert UnitGrid.objects.get(pk="990101001001001").name == "东门格"
    assert queries.boundary("990101001001001") == before


def test_invalid_polygons_are_mended_and_told_and_hopeless_ones_refused(write):
    square_city()
    bow = shapely.Polygon([(121.0, 30.8), (121.01, 30.81), (121.01, 30.8), (121.0, 30.81)])
    line = shapely.LineString([(121.0, 30.8), (121.01, 30.81)])
    flat = shapely.Polygon([(121.0, 30.8), (121.01, 30.8), (121.0, 30.8)])
    bad = collection(
        feature(bow, code="990101001001001"),
        feature(line, code="990101001001002"),
        feature(flat, code="990101001001003"),
        feature(shapely.box(40_500_000, 3_400_000, 40_500_100, 3_400_100), code="990101001001004"),
    )
    report = api.import_grids(PLATFORM, write("bad.geojson", bad))
    assert faults(report) == [
        (1, "geometry", "geometry.mended", False),
        (2, "geometry", "geometry.unusable", True),
        (3, "geometry", "geometry.unusable", True),
        (4, "geometry", "coordinates.out_of_range", True),
    ]
    assert "平面坐标" in report.faults[3].zh
    good = api.import_grids(PLATFORM, write("good.geojson", collection(bad["features"][0])))
    assert (good.updated, good.failed) == (1, False)
    stored = shapely.from_wkb(bytes(UnitGrid.objects.get(pk="990101001001001").boundary))
    assert stored.is_valid
    assert stored.area > 0


def test_the_files_own_system_must_not_contradict(write):
    body = collection() | {"crs": {"type": "name", "properties": {"name": "EPSG:4490"}}}
    path = write("own.geojson", body)
    assert api.import_grids(PLATFORM, path).rows == 0
    with pytest.raises(Invalid) as refused:
        api.import_grids(PLATFORM, path, crs="BD09")
    assert (refused.value.code, refused.value.field) == ("file.crs", "crs")
    with pytest.raises(Invalid) as refused:
        api.import_grids(PLATFORM, write("grids.shp", ""))
    assert refused.value.code == "file.kind"


def test_grids_of_older_standards_are_mapped_and_remember_their_code(write):
    square_city()
    body = "code,state\n99010100100105,启用\n99010200100106,停用\n"
    report = api.import_grids(PLATFORM, write("old.csv", body), standard=GridStandard.Y2005)
    assert not report.failed
    rows = UnitGrid.objects.exclude(former_code="").values_list("code", "former_code", "state")
    assert list(rows) == [
        ("990101001001005", "99010100100105", "active"),
        ("990102001001006", "99010200100106", "retired"),
    ]
    recoded = {"990109": "990101"}
    api.import_grids(PLATFORM, write("moved.csv", "code\n990109001001007\n"), recoded=recoded)
    assert UnitGrid.objects.get(pk="990101001001007").former_code == "990109001001007"


def test_duty_grids_with_cells_and_people(write):
    people = cast()
    square_city()
    body = (
        "编号,名称,区划代码,单元网格,人员\n"
        "Z1,一号责任网格,990101001001,990101001001001;990101001001002,网格长:handler 采集员:x\n"
        "Z2,二号责任网格,990101001001,990102001001001,collector\n"
    )
    report = api.import_dutygrids(PLATFORM, write("duty.csv", body))
    assert faults(report) == [(2, "people", "duty.unknown_role", True), (3, "grids", "grid.elsewhere", True)]
    assert not DutyGrid.objects.filter(code__in=["Z1", "Z2"]).exists()
    body = body.replace("采集员:x", "collector").replace("990102001001001,", "990101001001003,")
    assert api.import_dutygrids(PLATFORM, write("duty.csv", body)).created == 2
    assert api.import_dutygrids(PLATFORM, write("duty.csv", body)).updated == 2
    found = queries.duty_grid_of("990101001001002", kind="")
    assert found is not None
    assert (found.code, found.people) == (
        "Z1",
        {"collector": (people.collector.id,), "grid_head": (people.handler.id,)},
    )
    assert queries.collectors_of("990101001001003") == [people.collector.id]
    assert queries.collectors_of("990101") == [people.collector.id]
    assert queries.collectors_of("990102") == []
    assert queries.collectors_of("9901", role="grid_head") == [people.handler.id]
    assert queries.duty_grid_of("999999999999999") is None


def test_named_places_are_located_found_and_replaced(write):
    square_city()
    body = (
        "编号,类别,名称,别名,经度,纬度,区划代码\n"
        "1,道路,人民路,中山大道;老街,121.005,30.805,\n"
        "2,poi,人民医院,,121.035,30.805,\n"
        "3,标准地址,人民路12号,,,,990101001\n"
    )
    path = write("places.csv", body)
    report = api.import_gazetteer(PLATFORM, path, source="city")
    assert (report.created, report.faults) == (3, [])
    assert list(Gazetteer.objects.order_by("external_id").values_list("division", "grid", "kind")) == [
        ("990101001001", "990101001001001", "road"),
        ("990102001001", "990102001001002", "poi"),
        ("990101001", "", "address"),
    ]
    assert [p.name for p in queries.search("人民")] == ["人民路", "人民医院", "人民路12号"]
    assert api.import_gazetteer(PLATFORM, path, source="city").unchanged == 3
    keys = GazetteerKey.objects.count()
    renamed = write("places.csv", body.replace("人民医院", "第一人民医院"))
    assert api.import_gazetteer(PLATFORM, renamed, source="city").updated == 1
    assert GazetteerKey.objects.count() == keys + 2
    assert [p.name for p in queries.search("第一")] == ["第一人民医院"]


def test_bad_places_stop_the_import(write):
    square_city()
    body = (
        "id,kind,name,lon,lat,division\n"
        "1,road,甲路,121.005,30.805,\n"
        "1,road,乙路,121.005,30.805,\n"
        "2,river,丙河,121.005,30.805,\n"
        "3,road,丁路,130,30.8,\n"
        "4,road,戊路,abc,30.8,\n"
        "5,road,己路,30.8,121.0,\n"
        "6,road,庚路,,,990103\n"
        "7,road,,121.005,30.805,\n"
    )
    report = api.import_gazetteer(PLATFORM, write("bad.csv", body))
    assert sorted(faults(report)) == [
        (3, "external_id", "code.double", True),
        (4, "kind", "gazetteer.unknown_kind", True),
        (5, "division", "division.unknown", True),
        (6, "lon", "coordinates.not_a_number", True),
        (7, "lat", "coordinates.out_of_range", True),
        (8, "division", "division.unknown", True),
        (9, "name", "value.missing", True),
    ]
    assert not Gazetteer.objects.exists()


def test_places_from_geojson_take_a_point_on_lines_and_areas(write):
    square_city()
    body = collection(
        feature(
            shapely.LineString([(121.001, 30.805), (121.009, 30.805)]), id="r1", name="长安街", kind="road"
        ),
        feature(shapely.Point(121.035, 30.805), id="p1", name="东站", kind="poi"),
    )
    assert api.import_gazetteer(PLATFORM, write("roads.geojson", body)).created == 2
    assert [(p.name, p.grid) for p in queries.search("长安")] == [("长安街", "990101001001001")]


def test_the_command_prints_and_files_its_faults(write, tmp_path):
    out, err, list_of_faults = StringIO(), StringIO(), tmp_path / "faults.csv"
    path = write("tree.csv", TREE)
    call_command("import_divisions", str(path), "--dry-run", stdout=out, stderr=err)
    assert out.getvalue() == "试运行，未写入：共 5 行，新增 5，更新 0，未变 0\n"
    bad = write("bad.csv", TREE + "4201011,多一位\n")
    with pytest.raises(CommandError, match="未导入任何一行"):
        call_command("import_divisions", str(bad), "--report", str(list_of_faults), stdout=out, stderr=err)
    assert "第 7 行 code：区划代码 4201011 有 7 位" in err.getvalue()
    with list_of_faults.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][:3] == ["7", "code", "code.length"]
    call_command("import_divisions", str(path), stdout=out, stderr=err)
    mapping = write("map.csv", "old,new\n420109,420101\n")
    grids = write("grids.csv", "code\n420109001001001\n")
    call_command("import_grids", str(grids), "--mapping", str(mapping), "--standard", "2013", stdout=out)
    assert UnitGrid.objects.get().code == "420101001001001"
    duty = write("duty.csv", "code,name,division,grids\nZ1,一,420101001001,420101001001001\n")
    call_command("import_dutygrids", str(duty), stdout=out)
    names = write("names.csv", "name,division\n黄鹤路,420101\n")
    call_command("import_gazetteer", str(names), "--kind", "road", stdout=out)
    assert (DutyGrid.objects.count(), Gazetteer.objects.count()) == (1, 1)
    with pytest.raises(CommandError, match="没有文件"):
        call_command("import_gazetteer", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="首行没有认得的列名"):
        call_command("import_gazetteer", str(write("x.csv", "a,b\n1,2\n")), stdout=out)
