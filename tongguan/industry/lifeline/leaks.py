# SPDX-License-Identifier: Apache-2.0
"""A water network watched for leaks: its EPANET file and a table of gauges become a leak watch."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tongguan.industry.lifeline import queries
from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import csv_rows, open_text
from tongguan.leakage import api as leakage
from tongguan.leakage.contracts import Gauge, GaugeKind, WatchTold
from tongguan.people.contracts import Actor

_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "kind": ("类别", "kind"),
    "place": ("位置", "place"),
    "stream": ("数据流", "stream"),
}
#: What a table may call the kinds of gauges.
_KINDS: Final[Mapping[str, GaugeKind]] = {
    "压力": GaugeKind.PRESSURE,
    "流量": GaugeKind.INFLOW,
    "用户水表": GaugeKind.METER,
    "水池液位": GaugeKind.LEVEL,
} | {kind.value: kind for kind in GaugeKind}


def watch(actor: Actor, code: str, model: Path, gauges: Path) -> int:
    """Watch the network ``code`` by its own ``.inp``; give the number of junctions.

    ``gauges``: CSV of kind, place (node or link of the model) and stream (its key in the register). Raises
    NotFound, Forbidden, or Invalid naming ``file``, ``gauges`` or a field of a gauge.
    """
    body = model.read_bytes()
    network, nodes = queries.nodes_of(code, hashlib.sha256(body).hexdigest(), actor)
    text = body.decode("utf-8", errors="replace")
    told = WatchTold(code, network.name, network.division, text, tuple(_gauges(gauges)), nodes)
    return leakage.begin(actor, told)


def _gauges(path: Path) -> list[Gauge]:
    found: list[Gauge] = []
    with path.open("rb") as file, open_text(file) as text:
        for row in csv_rows(text, _COLUMNS):
            kind = _KINDS.get(row.get("kind"))
            if kind is None:
                words = "、".join(_KINDS)
                raise Invalid(
                    "leakage.kind", f"第 {row.line} 行：类别应为其中之一：{words}", f"one of {words}",
                    field=f"gauges[{len(found)}].kind",
                )  # fmt: skip
            found.append(Gauge(kind, row.get("place"), row.get("stream")))
    return found
