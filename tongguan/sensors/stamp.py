# SPDX-License-Identifier: Apache-2.0
"""The register's stamp: copies in memory look at it at most once a second."""

import secrets
from functools import partial
from typing import Final

from django.db import transaction

from tongguan.kernel import copies
from tongguan.sensors.models import RegisterStamp

NAME: Final = "sensors"
_ONLY: Final = 1


def bump() -> None:
    """Mark the register as changed and hold its writers' lock until the transaction ends."""
    RegisterStamp.objects.bulk_create(
        [RegisterStamp(id=_ONLY, stamp=secrets.token_hex(16))],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["stamp"],
    )
    copies.look_again(NAME)
    transaction.on_commit(partial(copies.look_again, NAME))


def stamp() -> str:
    """Give the present stamp, "" before the first change."""
    return RegisterStamp.objects.values_list("stamp", flat=True).first() or ""
