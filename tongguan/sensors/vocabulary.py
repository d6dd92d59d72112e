# SPDX-License-Identifier: Apache-2.0
"""Observed properties that are shipped: what cities measure of their lifelines, with units and sources."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from tongguan.kernel import clock
from tongguan.runtime.transactions import atomic
from tongguan.sensors.models import ObservedProperty

_FILE: Final = Path(__file__).parent / "data" / "properties.yaml"
_URN: Final = "urn:tongguan:property:"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A property as shipped: code, names, UCUM unit, where it was read and how sure that is."""

    code: str
    name: str
    name_en: str
    unit: str
    group: str
    source: str
    confidence: str
    sensor: str


@cache
def shipped() -> dict[str, Shipped]:
    """Give the shipped properties by code."""
    told = yaml.safe_load(_FILE.read_text("utf-8"))
    groups = {group["code"]: group for group in told["groups"]}
    found = {}
    for row in told["properties"]:
        group = groups[row["code"].partition(".")[0]]
        found[row["code"]] = Shipped(
            row["code"],
            row["name"],
            row["name_en"],
            row["unit"],
            group["name"],
            group["source"],
            group["confidence"],
            row.get("sensor", ""),
        )
    return found


def add_shipped(codes: Collection[str]) -> int:
    """Store the shipped ones among these codes that are not stored yet; give how many those are."""
    wanted = sorted(set(codes) & shipped().keys())
    if not wanted:
        return 0
    stored = set(ObservedProperty.objects.filter(code__among=wanted).values_list("code", flat=True))
    lacking = [shipped()[code] for code in wanted if code not in stored]
    now = clock.now()
    with atomic():
        ObservedProperty.objects.bulk_create(
            [
                ObservedProperty(
                    code=one.code,
                    name=one.name,
                    name_en=one.name_en,
                    definition=_URN + one.code,
                    description=f"{one.group}：{one.name}",
                    unit=one.unit,
                    source=one.source,
                    confidence=one.confidence,
                    changed_at=now,
                )
                for one in lacking
            ],
            ignore_conflicts=True,
        )
    return len(lacking)
