# SPDX-License-Identifier: Apache-2.0
"""Work orders as others see them."""

from collections.abc import Sequence

from tongguan.dispatch.contracts import OrderInfo
from tongguan.dispatch.models import WorkOrder
from tongguan.people import queries as people

_SAME = tuple(name for name in OrderInfo.__dataclass_fields__ if name != "unit_name")


def order_infos(rows: Sequence[WorkOrder]) -> list[OrderInfo]:
    """Give rows with their units' names, in the given order."""
    names = people.units({row.unit_id for row in rows})
    return [
        OrderInfo(
            unit_name=names[row.unit_id].name if row.unit_id in names else "",
            **{name: getattr(row, name) for name in _SAME},
        )
        for row in rows
    ]
