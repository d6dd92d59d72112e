# SPDX-License-Identifier: Apache-2.0
"""City data: YAML shipped with the package, replaced by the city's own file of the same name."""

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.conf import settings

from tongguan.cases import queries as cases
from tongguan.dispatch import approvals, escalation

log = logging.getLogger(__name__)
_SHIPPED = Path(__file__).parent
T = TypeVar("T")


def source(name: str) -> Path:
    """Give the file that counts: ``TONGGUAN_HOME/city/NAME`` if there is one, else the shipped one."""
    own: Path = settings.HOME / "city" / name
    return own if own.is_file() else _SHIPPED / name


def load(name: str) -> dict[str, Any]:
    """Read a file of city data. Raises ValueError when it is not a mapping or not YAML."""
    return _read(source(name))


def effective(name: str, parse: Callable[[dict[str, Any]], T]) -> T:
    """Give what the file that counts says, parsed; while the city's own is wrong, the shipped one counts.

    A slip in a file must not stop the cases of a city; the doctor tells of it, and so does the log. Raises
    ValueError when the shipped one is wrong.
    """
    path = source(name)
    try:
        return parse(_read(path))
    except ValueError:
        if path.parent == _SHIPPED:
            raise
        log.exception("%s is wrong; the shipped one counts until it is mended", path)
        return parse(_read(_SHIPPED / name))


def _read(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"{path}: must be a mapping")  # noqa: TRY004 - one kind of error for bad files
    return body


@lru_cache(maxsize=4)
def _ladders(path: str, stamp: int) -> dict[str, escalation.Ladder]:
    del path, stamp  # the cache's key: a changed file is read again
    return effective("ladders.yaml", escalation.parse)


def ladders() -> dict[str, escalation.Ladder]:
    """Give the escalation ladders that count."""
    file = source("ladders.yaml")
    return _ladders(str(file), file.stat().st_mtime_ns)


def checked_files(*, own: bool = True) -> list[tuple[str, bool]]:
    """Read the ladders and approval rules that count; give (name, whether it is the city's own).

    Not ``own``: the shipped ones, without a database. Raises ValueError naming what is wrong: the doctor
    tells of it before a case stumbles on it.
    """
    if own:
        escalation.parse(load("ladders.yaml"))
        approvals.parse(load("approvals.yaml"), frozenset(cases.process_named("default").states))
        return [(name, source(name).parent != _SHIPPED) for name in ("ladders.yaml", "approvals.yaml")]
    (process,) = (one for one in cases.checked_processes() if one.code == "default")
    escalation.parse(_read(_SHIPPED / "ladders.yaml"))
    variants = ("approvals.yaml", "approvals_duty_chief.yaml")
    for name in variants:
        approvals.parse(_read(_SHIPPED / name), frozenset(process.states))
    return [(name, False) for name in ("ladders.yaml", *variants)]
