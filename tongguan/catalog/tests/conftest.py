# SPDX-License-Identifier: Apache-2.0
"""The shipped catalogue and the places of the demo city."""

import pytest
from django.apps import apps

from tongguan.catalog import api
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast

PLACES = (
    ("99", "示范省", "province", ""),
    ("9901", "江州市", "city", "99"),
    ("990101", "江北区", "district", "9901"),
    ("990102", "江南区", "district", "9901"),
    ("990101001", "一街道", "street", "990101"),
    ("990101001001", "一社区", "community", "990101001"),
    ("990102001", "南一街道", "street", "990102"),
)


@pytest.fixture
def standards(db) -> None:
    api.load_standards(PLATFORM)


@pytest.fixture
def city(standards) -> Cast:
    division = apps.get_model("places", "Division")
    division.objects.bulk_create(
        division(code=code, name=name, level=level, parent=parent) for code, name, level, parent in PLACES
    )
    return cast()
