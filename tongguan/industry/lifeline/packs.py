# SPDX-License-Identifier: Apache-2.0
"""Rule packs: the lifeline's rules as declared files, written as drafts that a city completes.

Limits without a source stay to be set; a rule with such a value cannot be switched on (依据: the text of
DB34/T 4021-2021 is not at hand, see ``standards/lifeline.yaml``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import yaml

from tongguan.industry.lifeline.models import Network, Node
from tongguan.people.contracts import Actor
from tongguan.sensors import queries as sensors
from tongguan.watch import api as watch
from tongguan.watch import queries as watched
from tongguan.watch.contracts import Confidence, Draft, Group, Part, Scope, Setting

PACK: Final = Path(__file__).parent / "packs" / "lifeline.yaml"
WHY: Final = "规则包“城市生命线”：未查到出处的限值待本市设定"


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value with where it is from and how sure that is."""

    value: float | str
    source: str
    confidence: Confidence


class Over(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule is over: single streams, the quantities of one thing, or all sensors on one network."""

    stream: tuple[str, ...] = ()
    thing: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class PackRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of a pack; ``object``: of which chapter of ``standards/lifeline.yaml``."""

    code: str
    zh: str
    family: str
    object: str
    detector: str
    over: Over
    settings: dict[str, Value | None]


@dataclass(frozen=True, slots=True)
class Installed:
    """What installing did: codes written, codes that were there, codes that found no sensors."""

    written: tuple[str, ...]
    known: tuple[str, ...]
    without: tuple[str, ...]


def read(path: Path = PACK) -> tuple[PackRule, ...]:
    """Give the rules of a pack. Raises ValidationError naming what is wrong."""
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8"))["rules"], tuple[PackRule, ...])


def install(actor: Actor, division: str, rules: Sequence[PackRule] | None = None) -> Installed:
    """Write the pack's rules as drafts of a division; a rule that is there is left as it is.

    Rules over networks need sensors on one; without any they are left out. Raises Forbidden.
    """
    have = {rule.code for rule in watched.rules(actor)}
    written: list[str] = []
    known: list[str] = []
    without: list[str] = []
    for rule in read() if rules is None else rules:
        code = f"lifeline.{rule.code}"
        scope = _scope(rule.over, division)
        if code in have:
            known.append(code)
        elif scope is None:
            without.append(code)
        else:
            watch.draft(actor, _draft(rule, code, division, scope))
            written.append(code)
    return Installed(tuple(written), tuple(known), tuple(without))


def _draft(rule: PackRule, code: str, division: str, scope: Scope) -> Draft:
    settings = {
        name: Setting(None) if one is None else Setting(one.value, one.source, one.confidence)
        for name, one in rule.settings.items()
    }
    return Draft(
        code=code,
        zh=rule.zh,
        detector=rule.detector,
        settings=settings,
        scope=scope,
        division=division,
        family=rule.family,
        source=WHY,
        reason=WHY,
    )


def _scope(over: Over, division: str) -> Scope | None:
    if over.thing:
        parts = tuple(Part(code.split(".")[-1], code) for code in over.thing)
        return Scope(by="thing", parts=parts, kinds=over.kinds)
    if over.network:
        groups = _on_networks(over.network, division)
        return Scope(by="group", groups=groups) if groups else None
    return Scope(by="stream", observed=over.stream, kinds=over.kinds)


def _on_networks(observed: Sequence[str], division: str) -> tuple[Group, ...]:
    """Give for each network the keys of its sensors' streams, quantity by quantity in the order named."""
    rows = Node.objects.filter(division__startswith=division).exclude(thing="")
    things: dict[int, list[str]] = {}
    for network, thing in rows.order_by("network", "code").values_list("network", "thing"):
        things.setdefault(network, []).append(thing)
    names = dict(Network.objects.filter(pk__in=things).values_list("pk", "name"))
    made = []
    for network, codes in things.items():
        found = sensors.datastreams_by_key([(thing, what) for what in observed for thing in codes])
        keys = tuple(found[thing, what].key for what in observed for thing in codes if (thing, what) in found)
        first = any((thing, observed[0]) in found for thing in codes)
        if first and 1 < len(keys) <= _MOST:
            made.append(Group(names[network], keys))
    return tuple(made)


#: The most streams of one group, as rules take them.
_MOST: Final = 64
