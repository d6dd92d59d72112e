# SPDX-License-Identifier: Apache-2.0
"""The shipped catalogue: classes of GB/T 47678.5-2026, cities' published rules, example appeals.

Reads the files beside this module into unsaved rows. Facts only (codes, names, conditions, limits),
each with its source and confidence.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from tongguan.catalog.models import Item, LegacyClass, Major, RequestType, StageLimit

DATA: Final = Path(__file__).parent / "data"
STANDARD: Final = "GB/T 47678.5-2026"
OLD_STANDARD: Final = "GB/T 30428.2-2013"
RULE_FILES: Final = {"component": "component_rules.csv", "event": "event_rules.csv"}
#: Which shipped source answers first for an item that several know: by the confidence of the source.
RANKS: Final = {"high": 40, "medium_high": 30, "medium": 20, "low": 10}

Record = dict[str, str]


def records(name: str) -> Iterator[Record]:
    """Give the lines of a shipped file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sources() -> dict[str, Record]:
    """Give what is known of the sources that the other files cite: title, grade, confidence."""
    return {r["source"]: r for r in records("sources.csv")}


def majors() -> list[Major]:
    """Give the ten majors of matters and the majors of the example appeals."""
    named = {r["major_code"]: r["major_name"] for r in records("event_classes.csv") if r["class_code"]}
    named |= {r["code"]: r["name"] for r in records("appeal_categories_example.csv") if r["level"] == "1"}
    return [Major(code=code, name=name) for code, name in sorted(named.items())]


def items() -> list[Item]:
    """Give the 250 items of the standard, the cities' own and the example appeals."""
    return [*_standard_items(), *_local_items(), *_appeals()]


def _standard_items() -> Iterator[Item]:
    components = {r["class_code"]: r for r in records("component_classes.csv") if r["class_code"]}
    used: dict[str, list[str]] = defaultdict(list)
    for name in RULE_FILES.values():
        for rule in records(name):
            used[rule["item_code"]].append(rule["local_name"])
    for row in records("event_classes.csv"):
        code = row["class_code"]
        if not code:
            continue
        paired = row["kind"] == "component_anomaly"
        component = components[code] if paired else None
        names = [
            component["name"] if component else "",
            component["name_2013_in_city_manual"] if component else "",
            row["name_2013_in_city_manual"],
            *used[code],
        ]
        yield Item(
            code=code,
            name=row["name"],
            kind="component" if paired else "event",
            major_id=row["major_code"],
            component_name=component["name"] if component else "",
            aliases=_others(names, row["name"]),
            standard=STANDARD,
            source="S05",
            confidence=row["confidence"],
        )


def _local_items() -> Iterator[Item]:
    """Give items that a city numbers itself, downwards from 999 (S06), among them classes of 2013 only."""
    for row in records("local_items.csv"):
        yield Item(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            major_id=row["major_code"],
            component_name=row["alias"] if row["kind"] == "component" else "",
            aliases=[row["alias"]],
            local=True,
            source=row["source"],
            confidence=row["confidence"],
            note=row["note"],
        )


def _appeals() -> Iterator[Item]:
    """Give the example categories of one city's hotline; there is no national tree (S16)."""
    rows = list(records("appeal_categories_example.csv"))
    parents = {row["parent_code"] for row in rows}
    for row in rows:
        if row["level"] == "1" and row["code"] in parents:
            continue
        yield Item(
            code=row["code"],
            name=row["name"],
            kind="appeal",
            major_id=row["code"][:3],
            parent_code=row["parent_code"],
            needs_photo=False,
            example=True,
            source=row["source"],
            confidence=row["confidence"],
            note=row["note"],
        )


def legacy(ids: Mapping[str, int]) -> list[LegacyClass]:
    """Give the 2013 classes with what became of them, and the names cities use; ``ids`` by item code."""
    found: dict[tuple[str, ...], LegacyClass] = {}
    for kind, name in (("component", "component_classes.csv"), ("event", "event_classes.csv")):
        for r in records(name):
            if r["code_2013"]:
                key = (OLD_STANDARD, kind, r["code_2013"], r["name_2013_in_city_manual"])
                found[key] = _old(key, ids.get(r["class_code"]), r["code_2013_basis"], r["confidence"])
    for kind, name in RULE_FILES.items():
        for r in records(name):
            key = (r["source"], kind, r["code_2013"], r["local_name"])
            found.setdefault(key, _old(key, ids.get(r["item_code"]), "city_manual", r["confidence"]))
    return list(found.values())


def _old(key: tuple[str, ...], item_id: int | None, basis: str, confidence: str) -> LegacyClass:
    source, kind, code, name = key
    return LegacyClass(
        source=source, kind=kind, code=code, name=name, item_id=item_id, basis=basis, confidence=confidence
    )


def request_types() -> list[RequestType]:
    """Give what citizens may want, as an example (国办发〔2020〕53号 names five)."""
    return [RequestType(**(r | {"example": r["example"] == "1"})) for r in records("request_types.csv")]


def stage_limits() -> list[StageLimit]:
    """Give the stage limits: verify and check as a city sets them, the others open (no source has them)."""
    return [
        StageLimit(**(r | {"limit_value": decimal_or_none(r["limit_value"])}))
        for r in records("stage_limits.csv")
    ]


def decimal_or_none(text: str) -> Decimal | None:
    """Read a number; None for an empty text."""
    return Decimal(text) if text else None


def _others(names: list[str], own: str) -> list[str]:
    """Give the distinct names that differ from the item's own, in order."""
    return [name for name in dict.fromkeys(names) if name and name != own]
