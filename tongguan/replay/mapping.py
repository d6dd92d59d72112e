# SPDX-License-Identifier: Apache-2.0
"""The declared mapping of a source: which column is what, which words mean which item, unit and ending."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from tongguan.kernel.errors import Invalid

SHIPPED: Final = Path(__file__).parent / "sources"
#: How a record may end, and the state its case is then in.
ENDINGS: Final[Mapping[str, str]] = {
    "closed": "closed",
    "refused": "not_accepted",
    "handling": "handling",
    "dispatched": "pending_handle",
    "reported": "reported",
}
#: Where records come from, and where their limits do.
ROWS: Final = ("file", "rules")
LIMITS: Final = ("catalogue", "record", "row")
#: Shares of a case's life that the staff takes before each move; a source may say otherwise.
WAITS: Final[Mapping[str, float]] = {
    "accept": 0.02,
    "send_verify": 0.01,
    "verify_reply": 0.05,
    "register": 0.02,
    "refuse": 0.3,
    "dispatch": 0.02,
    "return_dispatcher": 0.04,
    "sign": 0.03,
    "assign": 0.05,
    "submit": 0.6,
    "dept_confirm": 0.06,
    "send_check": 0.03,
    "check_fail": 0.05,
    "check_pass": 0.06,
    "close": 0.04,
}


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a value is found in a row: a column's exact word, else the first words it holds, else fallback.

    ``words`` are looked for in their order, whatever the case of letters; the fallback is always explicit.
    """

    fallback: str
    columns: tuple[str, ...] = ()
    table: dict[str, str] = {}
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, row: Mapping[str, str]) -> str:
        """Give the value for a row."""
        told = [row.get(column, "") for column in self.columns]
        for text in told:
            if text in self.table:
                return self.table[text]
        whole = "\n".join(told).lower()
        for value, words in self.words:
            if any(word.lower() in whole for word in words):
                return value
        return self.fallback

    def values(self) -> set[str]:
        """Give every value it may answer."""
        return {self.fallback, *self.table.values(), *(value for value, _ in self.words)}


class City(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The city in which the records are replayed: divisions (code -> name) and units (code -> name)."""

    code: str
    divisions: dict[str, str]
    units: dict[str, str]


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Columns of the moments and how they are written; wall time is read as the platform's own (UTC+8).

    What the source lacks is drawn by seed: a life of ``takes_hours`` in the median.
    """

    told: str = ""
    due: str = ""
    closed: str = ""
    format: str = "%Y-%m-%d %H:%M:%S"
    takes_hours: float = 72.0


class Twists(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of cases that do not go straight: verified before filing, returned by the unit, reworked."""

    verified: float = 0.0
    returned: float = 0.0
    reworked: float = 0.0


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source: file, city, columns, rules.

    ``rows`` is ``file`` or ``rules`` (one record for every filing rule of ``standard``). ``limits`` is
    ``catalogue`` (a filing rule of the item, drawn by seed), ``record`` (the source's own due time as the
    city's standard) or ``row`` (the rule the record was made from). ``waits`` are shares of a case's life.
    """

    name: str
    title: str
    licence: str
    city: City
    item: Pick
    unit: Pick
    division: Pick
    ending: Pick
    channel: Pick
    times: Times = Times()
    folder: str = ""
    file: str = ""
    rows: str = "file"
    external_id: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    address: str = ""
    lon: str = ""
    lat: str = ""
    limits: str = "catalogue"
    standard: str = ""
    waits: dict[str, float] = {}
    twists: Twists = Twists()


def names() -> list[str]:
    """Give the names of the shipped sources."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load(name: str) -> Source:
    """Read a shipped mapping by name, or a file by path. Raises Invalid ``replay.mapping`` (all faults)."""
    path = SHIPPED / f"{name}.yaml" if name in names() else Path(name)
    try:
        body: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        source = msgspec.convert(body, Source, strict=True)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise _wrong(name, str(error)) from error
    mistakes = _mistakes(source)
    if mistakes:
        raise _wrong(name, "；".join(mistakes))
    return source


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(
        "replay.mapping",
        zh=f"映射文件 {name} 有误：{why}；可用来源：{'、'.join(names())}",
        en=f"the mapping {name} is wrong: {why}",
        field="source",
        why=f"{name}：{why}",
    )


def _mistakes(source: Source) -> list[str]:
    city = source.city
    found = [f"division {d} is not in the city" for d in source.division.values() - city.divisions.keys()]
    found += [f"unit {u} is not in the city" for u in source.unit.values() - city.units.keys()]
    found += [f"no ending {e}" for e in source.ending.values() - ENDINGS.keys()]
    found += [f"rows must be one of {', '.join(ROWS)}"] if source.rows not in ROWS else []
    found += [f"limits must be one of {', '.join(LIMITS)}"] if source.limits not in LIMITS else []
    found += [f"no wait {move}" for move in sorted(source.waits.keys() - WAITS.keys())]
    found += [
        f"{name} must be a share of 0 to 1"
        for name, share in msgspec.structs.asdict(source.twists).items()
        if not 0 <= share <= 1
    ]
    if source.rows == "file" and not (source.file and source.external_id and source.text):
        found.append("file, external_id and text are needed")
    if not (source.times.told or source.times.closed or source.rows == "rules"):
        found.append("times need told or closed")
    return found
