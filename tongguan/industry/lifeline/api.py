# SPDX-License-Identifier: Apache-2.0
"""Verbs of lifelines: taking a network in and dropping it. Each is one transaction and audited."""

import hashlib
from pathlib import Path
from typing import Final

from tongguan.industry.lifeline import sources
from tongguan.industry.lifeline.contracts import Imported
from tongguan.industry.lifeline.labels import NetworkKind
from tongguan.industry.lifeline.models import Network
from tongguan.industry.lifeline.storing import stored
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: The most nodes and edges of one network.
MOST: Final = 1_000_000
_LONGEST_CODE, _LONGEST_NAME = 40, 60


def import_network(
    actor: Actor,
    path: Path,
    *,
    code: str,
    name: str,
    kind: str,
    division: str,
    reading: sources.Reading,
) -> Imported:
    """Take an ``.inp``, GeoJSON or CSV file in as a network, in place of the one of that code.

    Bad rows are kept as faults with line and field; the others are taken. A node belongs to the community it
    lies in, else to ``division``. Raises Forbidden, or Invalid naming ``file``, ``code``, ``name``, ``kind``,
    ``division``, ``crs``, ``zone`` or ``anchor``.
    """
    _keeper(actor, division)
    _checked(code, name, kind, division)
    known = Network.objects.filter(code=code).first()
    if known is not None:
        _keeper(actor, known.division)
    drawn = sources.read(path, reading)
    if not drawn.nodes:
        raise Invalid("network.empty", "文件中没有可用的节点", "no usable node in the file", field="file")
    if len(drawn.nodes) + len(drawn.edges) > MOST:
        raise Invalid("network.size", f"要素多于 {MOST} 个", "too many features", field="file")
    with atomic():
        network, _ = Network.objects.update_or_create(
            code=code,
            defaults={
                "name": name,
                "kind": kind,
                "division": division,
                "crs": drawn.crs,
                "file_name": path.name[:255],
                "fingerprint": hashlib.sha256(path.read_bytes()).hexdigest(),
                "changed_at": clock.now(),
            },
        )
        stored(network, drawn)
        length = sum(edge.length_m for edge in drawn.edges)
        done = {"nodes": len(drawn.nodes), "edges": len(drawn.edges), "faults": len(drawn.faults)}
        audit.record(actor, "lifeline.import", f"network:{code}", {**done, "file": path.name[:255]})
    return Imported(code, len(drawn.nodes), len(drawn.edges), length, tuple(drawn.faults))


def drop_network(actor: Actor, code: str) -> None:
    """Drop a network with all that belongs to it. Raises Forbidden or NotFound."""
    with atomic():
        network = Network.objects.filter(code=code).first()
        if network is None:
            raise NotFound("network.unknown", f"没有管网 {code!r}", "no such network", field="code")
        _keeper(actor, network.division)
        audit.record(actor, "lifeline.drop", f"network:{code}", {"name": network.name})
        network.delete()


def _keeper(actor: Actor, division: str) -> None:
    if not actor.scope.covers(division, Post.SYSADMIN, Post.SYSTEM):
        raise Forbidden(
            "lifeline.not_keeper", "只有本区划的系统管理员可以维护管网", "only a system administrator may"
        )


def _checked(code: str, name: str, kind: str, division: str) -> None:
    for field, text, longest in (("code", code, _LONGEST_CODE), ("name", name, _LONGEST_NAME)):
        if not text.strip() or len(text) > longest or not text.isprintable():
            raise Invalid(f"network.{field}", f"应为 1 到 {longest} 字", "bad text", field=field)
    if kind not in NetworkKind.values:
        told = "、".join(NetworkKind.values)
        raise Invalid("network.kind", f"类别应为其中之一：{told}", f"one of {told}", field="kind")
    if places.division(division) is None:
        raise Invalid("division.unknown", f"没有区划 {division!r}", "no such division", field="division")
