# SPDX-License-Identifier: Apache-2.0
"""The stage: the square city, its people, and files as cities hand them over."""

import json

import pytest

from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import SOUTH, STEP, WEST, square_city

#: In 江北, in 江南, and across both; 江北 lies west.
NORTH_POINT = [WEST + STEP, SOUTH + STEP / 2]
SOUTH_POINT = [WEST + 3 * STEP, SOUTH + STEP / 2]
ACROSS = [NORTH_POINT, SOUTH_POINT]


def feature(kind, coordinates, **told):
    return {"type": "Feature", "properties": told, "geometry": {"type": kind, "coordinates": coordinates}}


@pytest.fixture
def people(db):
    forget_caches()
    square_city()
    yield cast()
    forget_caches()


@pytest.fixture
def geojson(tmp_path):
    """Give a maker of GeoJSON files."""

    def make(*features, name="hydrants.geojson", **more):
        file = tmp_path / name
        body = {"type": "FeatureCollection", "features": list(features), **more}
        file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        return file

    return make
