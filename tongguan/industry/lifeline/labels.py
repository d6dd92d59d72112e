# SPDX-License-Identifier: Apache-2.0
"""Words for kinds of network, node and edge."""

from typing import Final

from django.db import models


class NetworkKind(models.TextChoices):
    """What flows in a network."""

    GAS = "gas", "燃气"
    WATER = "water", "供水"
    DRAINAGE = "drainage", "排水"
    HEAT = "heat", "热力"
    TUNNEL = "tunnel", "综合管廊"


#: Kinds that a file may name, in English or Chinese; anything else is a plain junction or pipe.
NODE_KINDS: Final = {
    "junction": "节点",
    "source": "源",
    "reservoir": "水库",
    "tank": "水池",
    "station": "场站",
    "valve": "阀门",
    "user": "用户",
    "chamber": "井室",
    "manhole": "检查井",
    "basement": "地下室",
    "gallery": "管廊舱室",
    "outfall": "排口",
    "hydrant": "消火栓",
}
EDGE_KINDS: Final = {"pipe": "管道", "valve": "阀门", "pump": "水泵", "conduit": "管渠", "section": "管廊段"}
#: Other words of files for the same.
ALSO: Final = {"水源": "source", "气源": "source", "热源": "source", "水厂": "source", "窨井": "manhole"}
