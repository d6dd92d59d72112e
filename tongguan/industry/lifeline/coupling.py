# SPDX-License-Identifier: Apache-2.0
"""Pure: where gas that leaves a pipe may gather: chambers, drains, basements and what hangs on them.

相邻空间耦合: gas passes through soil in a straight line and through drains along their run. Both reaches are
the city's own settings (依据: none of the standards at hand states a distance), so both are given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.industry.lifeline.network import Graph
from tongguan.kernel.geometry import distance_m

#: Kinds of node in which gas can gather.
HOLLOW: Final = frozenset({"chamber", "manhole", "basement", "gallery"})
_KIND: Final = {"chamber": "井室", "manhole": "检查井", "basement": "地下室", "gallery": "管廊舱室"}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far gas is thought to pass: metres through soil, metres along connected drains."""

    soil_m: float
    along_m: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A hollow space that a leak may fill: where, how near (soil + way along drains), and why it is named."""

    network: str
    code: str
    metres: float
    weight: float
    reason: str


def neighbours(
    lon: float, lat: float, networks: Mapping[str, Graph], reach: Reach, limit: int = 50
) -> list[Neighbour]:
    """Give the hollow spaces that gas leaving at a point may reach, the likeliest first.

    ``weight`` falls from 1 at the leak to 0 at the edge of the reach; a space reached through soil and then
    along a drain has the product of both. Basements weigh as much as chambers: who is in them is not known.
    """
    found: dict[tuple[str, str], Neighbour] = {}
    for name, graph in networks.items():
        for one in _within(name, graph, lon, lat, reach):
            known = found.get((name, one.code))
            if known is None or one.weight > known.weight:
                found[name, one.code] = one
    return sorted(found.values(), key=lambda one: (-one.weight, one.metres, one.network, one.code))[:limit]


def _within(name: str, graph: Graph, lon: float, lat: float, reach: Reach) -> Sequence[Neighbour]:
    hollow = [n for n, row in enumerate(graph.nodes) if row.kind in HOLLOW]
    if not hollow:
        return []
    away = distance_m(lon, lat, [graph.nodes[n].lon for n in hollow], [graph.nodes[n].lat for n in hollow])
    told: list[Neighbour] = []
    for n, metres in zip(hollow, np.atleast_1d(away).tolist(), strict=True):
        if metres > reach.soil_m:
            continue
        row = graph.nodes[n]
        kind = _KIND[row.kind]
        weight = 1 - metres / reach.soil_m if reach.soil_m else 1.0
        told.append(
            Neighbour(name, row.code, metres, weight, f"{kind}{row.code}距泄漏点{metres:.0f}米（土壤渗透）")
        )
        for code, way in graph.near(row.code, reach.along_m):
            further = graph.nodes[graph.node_at[code]]
            if further.kind in HOLLOW:
                told.append(
                    Neighbour(
                        name,
                        code,
                        metres + way,
                        weight * (1 - way / reach.along_m),
                        f"{_KIND[further.kind]}{code}经{kind}{row.code}沿管道相通{way:.0f}米",
                    )
                )
    return told
