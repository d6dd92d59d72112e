# SPDX-License-Identifier: Apache-2.0
"""City data: YAML shipped with the package, replaced by the city's own file of the same name."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from django.conf import settings

from tongguan.cases import queries as cases
from tongguan.cityfiles.api import CityFile, mapping_of
from tongguan.dispatch import approvals
from tongguan.limits import escalation

log = logging.getLogger(__name__)
_SHIPPED = Path(__file__).parent
T = TypeVar("T")


def source(name: str) -> Path:
    """Give the file that counts: ``TONGGUAN_HOME/city/NAME`` if there is one, else the shipped one."""
    own: Path = settings.HOME / "city" / name
    return own if own.is_file() else _SHIPPED / name


def load(name: str) -> dict[str, Any]:
    """Read a file of city data. Raises ValueError when it is not a mapping or not YAML."""
    return mapping_of(source(name))


def effective(name: str, parse: Callable[[dict[str, Any]], T]) -> T:
    """Give what the file that counts says, parsed; while the city's own is wrong, the shipped one counts.

    A slip in a file must not stop the cases of a city; the doctor tells of it, and so does the log. Raises
    ValueError when the shipped one is wrong.
    """
    path = source(name)
    try:
        return parse(mapping_of(path))
    except ValueError:
        if path.parent == _SHIPPED:
            raise
        log.exception("%s is wrong; the shipped one counts until it is mended", path)
        return parse(mapping_of(_SHIPPED / name))


def _ladders(path: Path) -> dict[str, escalation.Ladder]:
    return escalation.parse(mapping_of(path))


LADDERS: Final = CityFile(_SHIPPED / "ladders.yaml", _ladders)


def ladders() -> dict[str, escalation.Ladder]:
    """Give the escalation ladders that count."""
    return LADDERS.counting()


def checked_files(*, own: bool = True) -> list[tuple[str, bool]]:
    """Read the ladders and approval rules that count; give (name, whether it is the city's own).

    Not ``own``: the shipped ones, without a database. Raises ValueError naming what is wrong: the doctor
    tells of it before a case stumbles on it.
    """
    if own:
        LADDERS.checked()
        approvals.parse(load("approvals.yaml"), frozenset(cases.process_named("default").states))
        return [(name, source(name).parent != _SHIPPED) for name in ("ladders.yaml", "approvals.yaml")]
    (process,) = (one for one in cases.checked_processes() if one.code == "default")
    LADDERS.checked(own=False)
    variants = ("approvals.yaml", "approvals_duty_chief.yaml")
    for name in variants:
        approvals.parse(mapping_of(_SHIPPED / name), frozenset(process.states))
    return [(name, False) for name in ("ladders.yaml", *variants)]
