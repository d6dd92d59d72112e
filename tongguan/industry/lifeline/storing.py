# SPDX-License-Identifier: Apache-2.0
"""Writing networks: all nodes and edges at once."""

import numpy as np

from tongguan.industry.lifeline.models import Edge, Fault, Network, Node
from tongguan.industry.lifeline.sources import Drawn
from tongguan.kernel.geometry import cells_of
from tongguan.places import queries as places
from tongguan.tables import api as tables


def stored(network: Network, drawn: Drawn) -> None:
    """Put what was drawn in place of what a network holds, in the caller's transaction; a few statements."""
    Node.objects.filter(network=network).delete()
    Edge.objects.filter(network=network).delete()
    Fault.objects.filter(network=network).delete()
    lons = np.array([row.lon for row in drawn.nodes])
    lats = np.array([row.lat for row in drawn.nodes])
    cells = cells_of(lons, lats).tolist()
    community = places.locate(lons, lats).community
    tables.insert_values(
        Node,
        ("network", "code", "kind", "name", "lon", "lat", "cell", "elevation_m", "division", "thing"),
        [
            (
                *(network.pk, row.code, row.kind, row.name, row.lon, row.lat, cell, row.elevation_m),
                where or network.division,
                drawn.things.get(row.code, ""),
            )
            for row, cell, where in zip(drawn.nodes, cells, community, strict=True)
        ],
    )
    tables.insert_values(
        Edge,
        ("network", "code", "kind", "begin", "end", "length_m", "diameter_mm", "open"),
        [
            (network.pk, e.code, e.kind, e.begin, e.end, e.length_m, e.diameter_mm, e.open)
            for e in drawn.edges
        ],
    )
    Fault.objects.bulk_create(
        [Fault(network=network, line=f.line, field=f.field, text=f.text, raw=f.raw) for f in drawn.faults]
    )
