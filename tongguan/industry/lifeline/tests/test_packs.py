# SPDX-License-Identifier: Apache-2.0
"""The lifeline rule pack: every value has a source or is to be set, every detector and parameter exists."""

from pathlib import Path

import pytest
import yaml

from tongguan.industry.lifeline import api, drills, packs
from tongguan.industry.lifeline.sources import Reading
from tongguan.kernel.errors import Conflict, Forbidden
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import CITY, cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.sensors.testing import declare, told
from tongguan.watch import api as watch
from tongguan.watch import queries as watched

FOLDER = Path(packs.__file__).parent
STANDARDS = yaml.safe_load((FOLDER / "standards" / "lifeline.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def people(db):
    forget_caches()
    square_city()
    yield cast()
    forget_caches()


def test_every_rule_names_a_detector_and_parameters_that_exist():
    for rule in packs.read():
        known = {parameter.name for parameter in drills.KNOWN[rule.detector].parameters}
        assert set(rule.settings) <= known, rule.code


def test_a_limit_that_stands_in_the_pack_stands_in_the_standards_file_with_its_source():
    official = {
        (one["id"], limit["value"], str(limit.get("source")))
        for one in STANDARDS["objects"]
        for limit in one.get("thresholds", ())
        if limit.get("value") is not None and not isinstance(limit["value"], list)
    }
    sources = {(value, source) for _, value, source in official}
    for rule in packs.read():
        for name, setting in rule.settings.items():
            if setting is not None and name in {"blue", "yellow", "orange", "red"}:
                assert setting.source
                known = any(v == setting.value and s in setting.source for v, s in sources)
                assert known or setting.confidence == "own", (rule.code, name)


def test_the_manifest_says_what_the_folder_holds():
    manifest = yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))
    assert manifest["name"] == FOLDER.name
    assert all((FOLDER / path).is_file() for path in [*manifest["standards"], *manifest["packs"]])
    assert set(manifest["brings"]["detectors"]) == {one.code for one in drills.OWN}


def test_the_pack_is_written_as_drafts_and_what_is_to_be_set_keeps_a_rule_off(people, tmp_path):
    declare(
        told(1, thing="F-1", observed="water.water_flow", unit="m3/h"),
        told(2, thing="P-1", observed="water.water_pressure", unit="MPa"),
    )
    file = tmp_path / "n.csv"
    file.write_text("编号,经度,纬度,设备编号\nA,121.001,30.801,F-1\nB,121.002,30.801,P-1\n", encoding="utf-8")
    words = {"code": "W", "name": "一分区", "kind": "water", "division": CITY}
    api.import_network(PLATFORM, file, **words, reading=Reading("WGS84"))
    with pytest.raises(Forbidden):
        packs.install(people.acceptor, CITY)
    done = packs.install(people.sysadmin, CITY)
    assert {"lifeline.gas.burst", "lifeline.heating.loss"} == set(done.without), "no sensors on such networks"
    assert "lifeline.water.burst" in done.written
    assert packs.install(people.sysadmin, CITY).written == ()
    (burst,) = [rule for rule in watched.rules(people.sysadmin) if rule.code == "lifeline.water.burst"]
    assert burst.scope.groups[0].streams == ("F-1/water.water_flow", "P-1/water.water_pressure")
    assert len(burst.unset) == 3
    with pytest.raises(Conflict):
        watch.rehearse(people.sysadmin, burst.code, burst.version)
