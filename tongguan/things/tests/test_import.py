# SPDX-License-Identifier: Apache-2.0
"""Import of components: bad rows kept, good rows taken, resumed where it stopped, doubles refused."""

import csv
import gzip
import json
from datetime import date
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tongguan.kernel.coordinates import from_wgs84, to_projected
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.geometry import cell_of
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited, published
from tongguan.things import api, import_components, queries
from tongguan.things.models import Component, ImportRefusal, ImportRun

pytestmark = pytest.mark.django_db

HEAD = "GLBJBSM,GLBJMC,lon,lat,GLBJZT,ZGBMDM,ZGBMMC,CSRQ,SJLY,SZDYWGBSM,BZ"


def line(n, *, district="990101", class_code="01001", name="供水井盖", lon=121.005, lat=30.805, state="完好",
         unit="", since="20200131", source="实测", grid="", note=""):  # fmt: skip
    code = f"{district}{class_code}{n:06d}"
    return f"{code},{name},{lon},{lat},{state},{unit},市政所,{since},{source},{grid},{note}"


@pytest.fixture
def write(tmp_path):
    def put(*lines, name="components.csv", head=HEAD):
        path = tmp_path / name
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return path

    return put


def kept(run_id):
    return list(
        ImportRefusal.objects.filter(run_id=run_id).order_by("line").values_list("line", "field", "code")
    )


def test_components_are_placed_dated_and_tied_to_units(write):
    people = cast()
    square_city()
    path = write(
        line(1, unit="N-SZ", note="反斜杠 \\ 与 \\N"),
        line(2, lon=121.035, grid="990101001001001", state="破损"),
    )
    report = api.import_components(PLATFORM, path)
    assert (report.rows, report.created, report.updated, report.refused) == (2, 2, 0, 0)
    first, second = Component.objects.order_by("code")
    assert (first.code, first.class_code, first.division, first.grid) == (
        "99010101001000001", "01001", "990101001001", "990101001001001",
    )  # fmt: skip
    assert (first.cell, first.first_on, first.source) == (cell_of(121.005, 30.805), date(2020, 1, 31), "实测")
    assert (first.supervising_unit_id, first.note) == (people.unit("N-SZ").id, "反斜杠 \\ 与 \\N")
    assert first.changed_on is None
    # Where polygons are known, the position decides over the code written in the file.
    assert (second.division, second.grid, second.state) == ("990102001001", "990102001001002", "破损")
    [(_, fact)] = published("ComponentsImported")
    assert (fact["created"], fact["updated"], fact["refused"]) == (2, 0, 0)
    assert len(audited("things.import")) == 1


def test_without_polygons_the_codes_decide(write):
    path = write(line(1, grid="990101001001007"), line(2))
    api.import_components(PLATFORM, path)
    rows = Component.objects.order_by("code").values_list("division", "grid")
    assert list(rows) == [("990101001001", "990101001001007"), ("990101", "")]


def test_bad_rows_are_kept_with_line_and_column_and_good_ones_taken(write):
    path = write(
        line(1),
        line(1, name="又一次"),
        line(2, name=""),
        line(3, state="很好"),
        line(4, since="2020-02-30"),
        line(5, source="听说"),
        line(6, lon="东边"),
        line(7, lon=30.8, lat=121.0),
        line(8, grid="9901"),
        line(9, note="a\x0bb"),
        line(10, name="长" * 31),
        "990101,短,121,30,完好,,,,,,",
        line(11, lon="nan"),
        line(12),
    )
    report = api.import_components(PLATFORM, path)
    assert (report.rows, report.created, report.refused) == (14, 2, 12)
    assert kept(report.run_id) == [
        (3, "code", "code.double"),
        (4, "name", "value.missing"),
        (5, "state", "component.unknown_state"),
        (6, "first_on", "value.not_a_date"),
        (7, "source", "component.unknown_source"),
        (8, "lon", "coordinates.not_a_number"),
        (9, "lat", "coordinates.out_of_range"),
        (10, "grid", "code.length"),
        (11, "note", "text.control"),
        (12, "name", "text.too_long"),
        (13, "code", "code.length"),
        (14, "lon", "coordinates.not_a_number"),
    ]
    assert list(Component.objects.values_list("name", flat=True)) == ["供水井盖", "供水井盖"]
    assert "很好" in ImportRefusal.objects.get(line=5).raw


def test_the_same_file_again_updates_and_a_narrow_file_touches_only_its_columns(write):
    path = write(line(1), line(2))
    api.import_components(PLATFORM, path)
    again = api.import_components(PLATFORM, path)
    assert (again.created, again.updated, again.refused) == (0, 2, 0)
    narrow = write(
        "99010101001000001,供水井盖,121.006,30.805,丢失", head="标识码,名称,经度,纬度,状态", name="n.csv"
    )
    api.import_components(PLATFORM, narrow)
    row = Component.objects.get(pk="99010101001000001")
    assert (row.state, row.lon, row.supervising_name, row.first_on) == (
        "丢失",
        121.006,
        "市政所",
        date(2020, 1, 31),
    )


def test_doubles_in_later_batches_are_refused_too(write, monkeypatch):
    monkeypatch.setattr(import_components, "BATCH", 3)
    path = write(*(line(n) for n in (1, 2, 3, 4, 2, 5, 1, 6)))
    trial = api.import_components(PLATFORM, path, dry_run=True)
    assert [(f.line, f.code) for f in trial.faults] == [(6, "code.double"), (8, "code.double")]
    assert (trial.run_id, Component.objects.count(), ImportRun.objects.count()) == (None, 0, 0)
    report = api.import_components(PLATFORM, path)
    assert (report.created, report.updated, report.refused) == (6, 0, 2)
    assert kept(report.run_id) == [(6, "code", "code.double"), (8, "code", "code.double")]


class PowerCutError(Exception):
    """The machine stops."""


def test_an_interrupted_import_resumes_where_it_stopped(write, monkeypatch):
    monkeypatch.setattr(import_components, "BATCH", 4)
    east, north = from_wgs84(121.005, 30.805, "GCJ02")
    lines = [line(n, lon=east, lat=north) for n in range(1, 11)]
    lines[1] = line(2, state="很好", lon=east, lat=north)
    path = write(*lines)

    def cut(report):
        if report.rows == 8:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        api.import_components(PLATFORM, path, crs="GCJ02", progress=cut)
    run = ImportRun.objects.get()
    assert (run.state, run.done_rows, run.created_rows, run.refused_rows) == ("running", 8, 7, 1)
    assert not published("ComponentsImported")
    # The options of the interrupted run hold, whatever is given now.
    report = api.import_components(PLATFORM, path, resume=True)
    assert (report.skipped, report.rows, report.created, report.updated) == (8, 2, 2, 0)
    run.refresh_from_db()
    assert (run.state, run.done_rows, run.created_rows, run.refused_rows) == ("done", 10, 9, 1)
    assert Component.objects.filter(crs="GCJ02").count() == 9
    last = Component.objects.get(pk="99010101001000010")
    assert (last.lon, last.lat) == pytest.approx((121.005, 30.805), abs=1e-9)
    with pytest.raises(NotFound):
        api.import_components(PLATFORM, path, resume=True)


def test_codes_of_2013_are_mapped(write):
    path = write(
        "9901010204000001,公交站,121.005,30.805,完好,,,,,,", "9901019901000001,自定,121,30,完好,,,,,,"
    )
    report = api.import_components(PLATFORM, path)
    assert kept(report.run_id) == [(3, "code", "code.unmapped_class")]
    row = Component.objects.get()
    assert (row.code, row.former_code, row.class_code) == ("99010102004000001", "9901010204000001", "02004")
    own = api.import_components(PLATFORM, path, classes={"0204": "02004", "9901": "03999"})
    assert (own.created, own.updated, own.refused) == (1, 1, 0)


def test_projected_coordinates_are_converted(write):
    x, y = to_projected(np.array([121.005]), np.array([30.805]), 40)
    path = write(line(1, lon=x[0], lat=y[0]), line(2, lon=x[0] - 4e7, lat=y[0]), line(3, lon=1.0, lat=2.0))
    report = api.import_components(PLATFORM, path, crs="CGCS2000", zone=40)
    assert kept(report.run_id) == [(4, "lon", "coordinates.out_of_zone")]
    for row in Component.objects.all():
        assert (row.lon, row.lat, row.crs) == (pytest.approx(121.005), pytest.approx(30.805), "CGCS2000")


def test_lines_of_geojson_are_read_and_rubbish_lines_kept(tmp_path):
    def put(code, coordinates):
        point = {"type": "Point", "coordinates": coordinates}
        return json.dumps(
            {"type": "Feature", "properties": {"code": code, "name": "路灯"}, "geometry": point}
        )

    path = tmp_path / "lamps.geojsonl"
    path.write_text(
        "\n".join([put("99010101037000001", [121.005, 30.805]), "", "{rubbish", put("1", [0, 0])])
    )
    report = api.import_components(PLATFORM, path)
    assert report.created == 1
    assert kept(report.run_id) == [(3, "code", "value.missing"), (4, "code", "code.length")]


def test_half_characters_in_json_are_refused_not_stored(tmp_path):
    path = tmp_path / "half.geojsonl"
    path.write_text(
        '{"properties": {"code": "99010101037000001", "name": "\\ud800灯", "lon": 121, "lat": 30}}'
    )
    report = api.import_components(PLATFORM, path)
    assert kept(report.run_id) == [(1, "name", "text.control")]
    assert not Component.objects.exists()


def test_a_damaged_file_is_refused_after_what_came_before_it(write, tmp_path, monkeypatch):
    monkeypatch.setattr(import_components, "BATCH", 100)
    whole = write(*(line(n) for n in range(1, 20_001))).read_bytes()
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(whole)[:-2_000])
    with pytest.raises(Invalid) as refused:
        api.import_components(PLATFORM, path)
    assert refused.value.code == "file.unreadable"
    run = ImportRun.objects.get()
    assert run.state == "running"
    assert run.done_rows == Component.objects.count() > 0


def test_only_keepers_import_and_only_their_own_part(write):
    people = cast()
    path = write(line(1), line(1, district="310101"))
    with pytest.raises(Forbidden):
        api.import_components(people.dispatcher, path)
    report = api.import_components(people.sysadmin, path)
    assert (report.created, kept(report.run_id)) == (1, [(3, "division", "division.out_of_scope")])


def test_a_file_without_the_needed_columns_is_refused(write):
    with pytest.raises(Invalid) as refused:
        api.import_components(PLATFORM, write("1,2", head="code,name"))
    assert (refused.value.code, refused.value.field) == ("file.heading", "file")


def test_the_command_reports(write, tmp_path):
    out, err = StringIO(), StringIO()
    path = write(line(1), line(2, state="很好"))
    call_command("import_components", str(path), "--dry-run", stdout=out, stderr=err)
    assert out.getvalue() == "试运行，未写入：读 2 行，新增 0，更新 0，拒收 1\n"
    report = tmp_path / "faults.csv"
    call_command("import_components", str(path), "--report", str(report), stdout=out, stderr=err)
    assert out.getvalue().endswith("已导入：读 2 行，新增 1，更新 0，拒收 1\n")
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert [row[:3] for row in csv.reader(file)][1:] == [["3", "state", "component.unknown_state"]]
    with pytest.raises(CommandError, match="没有中断的导入"):
        call_command("import_components", str(path), "--resume", stdout=out, stderr=err)
    with pytest.raises(CommandError, match="没有一行可用"):
        call_command("import_components", str(write(line(1, state="x"))), stdout=out, stderr=err)
    with pytest.raises(CommandError, match="无法读取"):
        call_command("import_components", str(tmp_path / "none.csv"), stdout=out, stderr=err)


def test_an_imported_component_is_found(write):
    api.import_components(PLATFORM, write(line(1)))
    assert queries.component("99010101001000001").name == "供水井盖"  # type: ignore[union-attr]
