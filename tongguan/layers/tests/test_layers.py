# SPDX-License-Identifier: Apache-2.0
"""A city's own layers: files in any of its systems, bad features kept by name, each sees the own part."""

import json

import numpy as np
import pytest
import shapefile
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.kernel.coordinates import from_wgs84, to_projected
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.layers import api, queries
from tongguan.layers.tests.conftest import ACROSS, NORTH_POINT, SOUTH_POINT, feature
from tongguan.people.contracts import PLATFORM

JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def titles(actor, layer_id, view=None):
    return [one.title for one in queries.features(actor, layer_id, view)[0]]


@pytest.mark.parametrize("system", ["WGS84", "GCJ02", "BD09", "CGCS2000"])
def test_a_declared_system_is_converted_by_the_kernel(people, geojson, system) -> None:
    lon, lat = from_wgs84(*NORTH_POINT, system)
    file = geojson(feature("Point", [lon, lat, 7.5], 名称="消火栓一", 口径=100))
    done = api.import_layer(PLATFORM, file, name="消火栓", crs=system)
    assert (done.taken, done.faults) == (1, ())
    ((one,), whole) = queries.features(people.acceptor, done.layer_id)
    assert one.geometry["coordinates"] == pytest.approx(NORTH_POINT, abs=1e-8)
    assert (one.title, one.told, whole) == ("消火栓一", {"名称": "消火栓一", "口径": 100}, True)


def test_a_shapefile_in_gb18030_and_metres_of_a_zone_is_read(people, tmp_path) -> None:
    x, y = to_projected(np.array([p[0] for p in ACROSS]), np.array([p[1] for p in ACROSS]), 40)
    with shapefile.Writer(
        str(tmp_path / "pipes"), shapeType=shapefile.POLYLINE, encoding="gb18030"
    ) as writer:
        writer.field("名称", "C", 40)
        writer.field("DN", "N", 8, 0)
        writer.line([list(zip(x.tolist(), y.tolist(), strict=True))])
        writer.record("过江供水管", 600)
        writer.null()
        writer.record("空的", 1)
    (tmp_path / "pipes.cpg").write_text("gb18030")
    done = api.import_layer(PLATFORM, tmp_path / "pipes.shp", name="管线", crs="CGCS2000", zone=40)
    ((line,), _) = queries.features(people.acceptor, done.layer_id)
    assert (line.title, line.told["DN"]) == ("过江供水管", 600)
    np.testing.assert_allclose(line.geometry["coordinates"], ACROSS, atol=1e-7)
    assert [(f.number, f.field) for f in done.faults] == [(2, "geometry")]


def test_bad_features_are_kept_with_number_and_field_and_the_others_are_taken(people, geojson) -> None:
    file = geojson(
        feature("Point", [500, 30]),
        feature("Point", NORTH_POINT, name="好的"),
        feature("Polygon", [[[121, 31], [121.1, 31], [121, 31]]]),
        feature("Circle", NORTH_POINT),
        "not a feature",
        feature("Point", NORTH_POINT, name="好的", 备注="长" * 501),
        {"type": "Feature", "properties": {}, "geometry": None},
        feature("Point", NORTH_POINT, 说明="坏\u0001字"),
    )
    done = api.import_layer(PLATFORM, file, name="混合", crs="WGS84")
    assert done.taken == 1
    assert [(f.number, f.field) for f in done.faults] == [
        (1, "lon"), (3, "geometry"), (4, "geometry"), (5, "feature"),
        (6, "备注"), (7, "geometry"), (8, "说明"),
    ]  # fmt: skip
    assert queries.faults("混合") == list(done.faults)
    again = api.import_layer(
        PLATFORM, geojson(feature("Point", NORTH_POINT, name="新的")), name="混合", crs="WGS84"
    )
    assert (again.layer_id, queries.faults("混合")) == (done.layer_id, [])
    assert titles(people.acceptor, done.layer_id) == ["新的"]


def test_each_sees_what_touches_the_own_divisions(people, geojson) -> None:
    file = geojson(
        feature("Point", NORTH_POINT, name="北"), feature("Point", SOUTH_POINT, name="南"),
        feature("LineString", ACROSS, name="跨"), feature("Point", [100, 30], name="外"),
    )  # fmt: skip
    done = api.import_layer(PLATFORM, file, name="设施", crs="WGS84", division="9901")
    seen = {
        role: titles(getattr(people, role), done.layer_id)
        for role in ("acceptor", "handler", "collector", "outsider", "city_chief")
    }
    north, south = ["北", "跨"], ["南", "跨"]
    assert seen == {
        "acceptor": north, "handler": north, "collector": north, "outsider": south,
        "city_chief": ["北", "南", "跨", "外"],
    }  # fmt: skip
    assert {one.features for one in queries.layers(people.acceptor)} == {2}
    assert titles(people.city_chief, done.layer_id, (99, 29, 101, 31)) == ["外"]
    assert queries.layers(people.citizen) == []
    with pytest.raises(NotFound):
        queries.features(people.citizen, done.layer_id)


def test_only_a_keeper_takes_in_and_drops(people, geojson) -> None:
    file = geojson(feature("Point", NORTH_POINT))
    with pytest.raises(Forbidden):
        api.import_layer(people.acceptor, file, name="不行", crs="WGS84", division="990101")
    with pytest.raises(Forbidden):
        api.import_layer(people.sysadmin, file, name="不行", crs="WGS84", division="9902")
    api.import_layer(people.sysadmin, file, name="可以", crs="WGS84", division="9901")
    with pytest.raises(Forbidden):
        api.drop_layer(people.acceptor, "可以")
    api.drop_layer(people.sysadmin, "可以")
    assert queries.layers() == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "crs"),
        ({"crs": "火星"}, "crs"),
        ({"crs": "GCJ02", "zone": 40}, "crs"),
        ({"crs": "WGS84", "name": " "}, "name"),
        ({"crs": "WGS84", "colour": "red"}, "colour"),
        ({"crs": "WGS84", "division": "77"}, "division"),
    ],
)
def test_a_wrong_word_is_named(people, geojson, more, field) -> None:
    file = geojson(feature("Point", NORTH_POINT))
    with pytest.raises(Invalid) as refused:
        api.import_layer(PLATFORM, file, **{"name": "层", **more})
    assert refused.value.field == field
    assert queries.layers() == []


def test_a_file_that_says_another_system_or_is_none_is_refused(people, geojson, tmp_path) -> None:
    named = geojson(feature("Point", NORTH_POINT), crs={"type": "name", "properties": {"name": "EPSG:4490"}})
    with pytest.raises(Invalid, match="CGCS2000"):
        api.import_layer(PLATFORM, named, name="层", crs="GCJ02")
    assert api.import_layer(PLATFORM, named, name="层").taken == 1
    for name, body in (("a.geojson", b"{"), ("b.json", b"[]"), ("c.shp", b"no shape"), ("d.kml", b"")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(Invalid) as refused:
            api.import_layer(PLATFORM, tmp_path / name, name="层", crs="WGS84")
        assert refused.value.field == "file"


@pytest.mark.parametrize("name", ["\x00", "名\x00称", "\ud800", "长" * 400])
def test_a_field_name_no_database_keeps_is_a_fault_with_its_text(people, tmp_path, name) -> None:
    found = [feature("Point", NORTH_POINT, **{name: "值"}), feature("Point", NORTH_POINT)]
    file = tmp_path / "names.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": found}), encoding="ascii")
    done = api.import_layer(PLATFORM, file, name="层", crs="WGS84")
    assert done.taken == 1
    [fault] = queries.faults("层")
    assert (fault.text, fault.field) in {("字段名不合规", said) for said in ("properties", "名称", "长" * 20)}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(JUNK | st.fixed_dictionaries({"geometry": JUNK, "properties": JUNK}), max_size=4))
def test_whatever_stands_in_a_file_is_taken_or_kept_as_a_fault(people, tmp_path, found) -> None:
    file = tmp_path / "any.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": found}), encoding="utf-8")
    done = api.import_layer(PLATFORM, file, name="任意", crs="WGS84")
    assert done.taken + len(done.faults) == len(found)


def test_the_command_imports_lists_tells_faults_and_drops(people, geojson, capsys) -> None:
    file = geojson(feature("Point", NORTH_POINT, name="一"), feature("Point", [500, 0]))
    call_command("layers", "import", str(file), "--name", "消火栓", "--crs", "WGS84")
    told = capsys.readouterr()
    assert "采用 1 个要素，未采用 1 个" in told.out
    assert "要素 2 lon" in told.err
    call_command("layers", "list")
    assert "消火栓\t1\tWGS84" in capsys.readouterr().out
    call_command("layers", "faults", "消火栓")
    assert "要素 2 lon" in capsys.readouterr().err
    call_command("layers", "drop", "消火栓")
    with pytest.raises(CommandError, match="没有图层"):
        call_command("layers", "drop", "消火栓")
    with pytest.raises(CommandError, match="crs"):
        call_command("layers", "import", str(file), "--name", "层")
