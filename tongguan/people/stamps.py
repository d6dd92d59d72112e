# SPDX-License-Identifier: Apache-2.0
"""Stamps of the registers of people: what their copies in memory are compared with.

Stamps are random, not counted: after a rolled-back transaction the old stamp is back and can never be
mistaken for a new one.
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from django.db import transaction

from tongguan.kernel import copies
from tongguan.kernel.copies import Copy, forget
from tongguan.people.models import RegisterStamp

__all__ = ["APPOINTMENTS", "CALENDARS", "TOKENS", "UNITS", "bump", "copy_of", "forget"]

T = TypeVar("T")
UNITS: Final = "units"
APPOINTMENTS: Final = "appointments"
CALENDARS: Final = "calendars"
TOKENS: Final = "tokens"


def _stamps(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    rows = RegisterStamp.objects.filter(name__in=names).order_by("name")
    return tuple(rows.values_list("name", "stamp"))


def copy_of(load: Callable[[], T], *names: str) -> Copy[T]:
    """Make a copy in memory that is loaded anew when one of these registers changed."""
    return Copy(load, partial(_stamps, names), *names)


def bump(*names: str) -> None:
    """Mark registers as changed and hold their writers' lock until the transaction ends.

    Called first in a verb, the row lock lets one writer at a time into the register.
    """
    RegisterStamp.objects.bulk_create(
        [RegisterStamp(name=name, stamp=secrets.token_hex(16)) for name in sorted(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["stamp"],
    )
    copies.look_again(*names)
    transaction.on_commit(partial(copies.look_again, *names))
