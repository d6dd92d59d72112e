# SPDX-License-Identifier: Apache-2.0
"""Components for stories."""

from typing import Any

from tongguan.kernel.geometry import cell_of
from tongguan.things.models import Component


def component(n: int, lon: float, lat: float, **more: Any) -> Component:
    """Store a component: a lid of 江北 unless told otherwise; give the row."""
    values = {"class_code": "01001", "division": "990101001001", "name": "供水井盖", **more}
    code = f"{values['division'][:6]}{values['class_code']}{n:06d}"
    return Component.objects.create(code=code, lon=lon, lat=lat, cell=cell_of(lon, lat), **values)
