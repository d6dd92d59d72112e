# SPDX-License-Identifier: Apache-2.0
"""Versions of process tables: shipped ones enter the database when first used, cities publish their own.

A city's table is named ``<code>@<division>``; the longest division that holds a case wins.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tongguan.cases.lifecycle import Process
from tongguan.cases.models import ProcessVersion
from tongguan.cases.tables import ProcessFault, build, resolve
from tongguan.kernel import clock
from tongguan.kernel.codes import ancestors
from tongguan.kernel.errors import Invalid

_FOLDER: Final = Path(__file__).parent / "processes"
SHIPPED_BY: Final = "shipped"
# Versions never change, so what was built once holds for the life of this program.
_built: dict[tuple[str, int], tuple[str, Process]] = {}


@cache
def shipped_codes() -> tuple[str, ...]:
    """Give the codes of the tables that come with the platform."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def shipped(code: str) -> dict[str, Any]:
    """Give the whole body of a shipped table. Raises KeyError when there is none."""
    if code not in shipped_codes():
        raise KeyError(code)
    return resolve(code, _read)


def _read(code: str) -> dict[str, Any]:
    path = _FOLDER / f"{code}.yaml"
    if not path.exists():
        raise ProcessFault(code, ["is not shipped"])
    body: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return body


def digest(body: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a body's content, its number left out."""
    content = {key: value for key, value in body.items() if key != "version"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def active(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Process]:
    """Give the process in force for each (code, division), in one statement. Raises Invalid."""
    pairs = set(wanted)
    codes = {name for code, division in pairs for name in _names(code, division)}
    newest: dict[str, tuple[int, str]] = {}
    own: dict[str, bool] = {}
    rows = ProcessVersion.objects.filter(code__in=codes).order_by("version")
    for code, version, mark, by in rows.values_list("code", "version", "digest", "published_by"):
        newest[code], own[code] = (version, mark), by != SHIPPED_BY
    found: dict[tuple[str, str], Process] = {}
    for code, division in pairs:
        name = next((n for n in _names(code, division) if n in newest), None)
        # A newer shipped table replaces an older shipped one, never what a city published.
        if name is None or (name == code and not own[code] and newest[code][0] < _shipped_number(code)):
            newest[code], own[code] = _enter(code), False
            name = code
        version, mark = newest[name]
        found[code, division] = _get(name, version, mark)
    return found


def of(code: str, version: int) -> Process:
    """Give the version a case began with. Raises Invalid when it is not there."""
    known = _built.get((code, version))
    if known is not None:
        return known[1]
    row = ProcessVersion.objects.filter(code=code, version=version).first()
    if row is None:
        raise Invalid("process.unknown", "没有这个流程版本", "no such process version", field="process")
    return _get(code, version, row.digest, row.body)


def longest_reopening() -> int:
    """Give the days after closing from which no case can be reopened, whatever version it began with."""
    kept = [_get(*row) for row in ProcessVersion.objects.values_list("code", "version", "digest", "body")]
    unused = [build(shipped(code)) for code in shipped_codes()]
    return max(int(process.settings["reopen_days"]) for process in (*kept, *unused))


def candidate(body: Mapping[str, Any]) -> Process:
    """Give the process a body would be, not stored. Raises ProcessFault naming every fault."""
    return build({"version": 1, **_whole(body)})


def _whole(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a body with all it extends; what it names itself is itself."""
    own = str(body.get("code", "?"))
    return resolve(own, lambda code: body if code == own else _known(code))


def publish(body: Mapping[str, Any], by: str) -> Process:
    """Store a new wording of a table and give it. The same wording again changes nothing. Raises Invalid."""
    try:
        whole = _whole(body)
        mark = digest(whole)
        newest = ProcessVersion.objects.filter(code=whole.get("code", "?")).order_by("-version").first()
        if newest is not None and newest.digest == mark:
            return _get(newest.code, newest.version, mark, newest.body)
        whole["version"] = newest.version + 1 if newest else 1
        process = build(whole)
    except ProcessFault as fault:
        raise Invalid(
            "process.faults",
            "流程表有误：" + "；".join(fault.problems),
            str(fault),
            field="process",
            problems=list(fault.problems),
        ) from fault
    ProcessVersion.objects.create(
        code=process.code,
        version=process.version,
        digest=mark,
        body=_text(whole),
        published_at=clock.now(),
        published_by=by,
    )
    return process


def _known(code: str) -> dict[str, Any]:
    """Give the newest body of a table a new one extends."""
    row = ProcessVersion.objects.filter(code=code).order_by("-version").first()
    if row is not None:
        body: dict[str, Any] = json.loads(row.body)
        return body
    return _read(code)


def _names(code: str, division: str) -> list[str]:
    return [*(f"{code}@{prefix}" for prefix in ancestors(division)), code]


def _shipped_number(code: str) -> int:
    return int(shipped(code)["version"]) if code in shipped_codes() else 0


def _enter(code: str) -> tuple[int, str]:
    """Store the shipped table of this code; of several processes at once one stores it."""
    if code not in shipped_codes():
        raise Invalid("process.unknown", f"没有流程「{code[:40]}」", "no such process", field="process")
    body = shipped(code)
    row = ProcessVersion(
        code=code,
        version=body["version"],
        digest=digest(body),
        body=_text(body),
        published_at=clock.now(),
        published_by=SHIPPED_BY,
    )
    ProcessVersion.objects.bulk_create([row], ignore_conflicts=True)
    return row.version, row.digest


def _get(code: str, version: int, mark: str, text: str = "") -> Process:
    known = _built.get((code, version))
    if known is not None and known[0] == mark:
        return known[1]
    process = build(json.loads(text or ProcessVersion.objects.get(code=code, version=version).body))
    _built[code, version] = (mark, process)
    return process
