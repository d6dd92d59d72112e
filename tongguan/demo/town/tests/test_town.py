# SPDX-License-Identifier: Apache-2.0
"""The demo city drawn from its seed, and the shipped file that was packed from it."""

import gzip
from collections.abc import Callable

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader

from tongguan.demo.town.file import CITY_FILE
from tongguan.demo.town.pack import fingerprint, tiles
from tongguan.demo.town.town import Feature, town
from tongguan.places.seed import draw

SCHEMA = {"earth", "water", "landuse", "roads", "buildings", "boundaries", "places", "pois"}


@pytest.fixture(scope="module")
def features() -> list[Feature]:
    return town()


@pytest.fixture(scope="module")
def reader():
    with CITY_FILE.open("rb") as file:
        yield Reader(MmapSource(file))


def of(features: list[Feature], layer: str) -> list[Feature]:
    return [f for f in features if f.layer == layer]


def test_the_same_seed_draws_the_same_town(features: list[Feature]) -> None:
    assert fingerprint(town()) == fingerprint(features)
    assert fingerprint(town(5)) != fingerprint(features)


# The packing library still calls a function that shapely is about to drop.
@pytest.mark.filterwarnings("ignore:The .shapely.ops.transform:DeprecationWarning")
def test_the_shipped_file_is_what_the_generator_makes(features: list[Feature], reader: Reader) -> None:
    assert reader.metadata()["fingerprint"] == fingerprint(features)
    made = list(tiles(features, 6, 10))
    assert len(made) == 8
    for zoom, x, y, tile in made:
        assert gzip.decompress(reader.get(zoom, x, y)) == tile


def test_houses_lie_in_districts_on_dry_land(features: list[Feature]) -> None:
    houses = np.array([f.shape for f in of(features, "buildings")])
    assert len(houses) >= 12_000
    assert len({f.told["use"] for f in of(features, "buildings")}) == 5
    assert min(f.told["height"] for f in of(features, "buildings")) >= 4
    plan = draw()
    grids = shapely.STRtree(plan.polygons)
    assert len(np.unique(grids.query(houses, predicate="within")[0])) == len(houses)
    water = shapely.union_all([f.shape for f in of(features, "water")])
    assert not shapely.intersects(houses, water).any()


def test_the_map_names_the_divisions_of_the_registers(features: list[Feature]) -> None:
    plan = draw()
    shown = {f.told["code"]: f.told["name"] for f in of(features, "places")}
    assert shown == {code: name for code, name in plan.names.items() if len(code) > 2}
    assert {f.told["code"] for f in of(features, "grids")} == set(plan.codes)


@pytest.mark.parametrize(("zoom", "layers"), [(15, SCHEMA - {"landuse"}), (6, {"earth", "water", "places"})])
def test_tiles_are_read_by_a_public_library(reader: Reader, zoom: int, layers: set[str]) -> None:
    told: dict[str, set[str]] = {}
    lon, lat = 121.18, 30.985
    x = int((lon / 360 + 0.5) * 2**zoom)
    y = int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**zoom)
    for across in (-1, 0, 1) if zoom > 6 else (0,):
        for up in (-1, 0, 1) if zoom > 6 else (0,):
            body = reader.get(zoom, x + across, y + up)
            assert body is not None
            for name, layer in mapbox_vector_tile.decode(gzip.decompress(body)).items():
                told.setdefault(name, set()).update(f["geometry"]["type"] for f in layer["features"])
    wanted: Callable[[str], bool] = told.__contains__
    assert [name for name in sorted(layers - {"water"} if zoom > 6 else layers) if not wanted(name)] == []
