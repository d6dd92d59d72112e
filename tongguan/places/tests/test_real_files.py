# SPDX-License-Identifier: Apache-2.0
"""Real registers: the whole country's codes, real boundaries of four cities with their faults."""

import pytest
from django.core.management import CommandError

from tongguan.people.contracts import PLATFORM
from tongguan.places import api, queries
from tongguan.places.management.commands.import_divisions import Command
from tongguan.places.models import Division

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def admin(shared):
    folder = shared / "data" / "china_admin"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    return folder


def take(admin, name, **more):
    return api.import_divisions(PLATFORM, admin / name, **more)


def test_the_country_is_taken_level_by_level(admin):
    assert take(admin, "provinces.csv").created == 31
    assert take(admin, "cities.csv").created == 342
    areas = take(admin, "areas.csv.gz")
    # 东莞, 中山 and 儋州 have no districts: their rows are the cities again.
    assert (areas.created, areas.unchanged) == (2975, 3)
    streets = take(admin, "streets.csv.gz")
    assert (streets.rows, streets.created, streets.failed) == (41352, 41351, False)
    communities = take(admin, "communities_5cities.csv.gz")
    assert (communities.created, communities.failed) == (18725, False)
    assert queries.division_name("310101002") == "上海市黄浦区南京东路街道"
    assert queries.division_name("441900003") == "东莞市东城街道"
    assert not Division.objects.filter(parent="").exclude(level="province").exists()


def test_streets_without_their_districts_are_refused_whole(admin):
    report = take(admin, "streets.csv.gz")
    assert report.failed
    assert {f.code for f in report.faults} == {"division.no_parent"}
    assert not Division.objects.exists()


def test_boundaries_of_shanghai_and_of_invalid_hefei(admin):
    for name in ("provinces.csv", "cities.csv", "areas.csv.gz"):
        take(admin, name)
    report = take(admin, "geojson/shanghai_16districts.geojson.gz", crs="GCJ02")
    assert (report.updated, report.faults) == (16, [])
    hefei = take(admin, "geojson/hefei_districts.geojson.gz", crs="GCJ02")
    assert not hefei.failed
    assert {f.code for f in hefei.faults} == {"geometry.mended"}
    assert queries.boundary("310101")["type"] == "Polygon"


def test_a_file_without_codes_is_matched_by_name(admin, tmp_path):
    for name in ("provinces.csv", "cities.csv", "areas.csv.gz"):
        take(admin, name)
    name = "geojson/shenzhen_10districts.geojson.gz"
    assert {f.code for f in take(admin, name, crs="GCJ02").faults} == {"value.missing"}
    report = take(admin, name, crs="GCJ02", under="4403")
    # 大鹏 is a zone, not a division of the register.
    assert [(f.line, f.code) for f in report.faults] == [(9, "division.unknown_name")]
    with pytest.raises(CommandError, match="有 1 处错误"):
        Command().execute(
            file=admin / name, dry_run=False, report=tmp_path / "f.csv", crs="GCJ02", under="4403",
            no_color=True, force_color=False, skip_checks=True, stdout=None, stderr=None,
        )  # fmt: skip
    assert not Division.objects.filter(code__startswith="4403").exclude(boundary=None).exists()
