# SPDX-License-Identifier: Apache-2.0
"""Streams by the keys that senders use, held in memory until the register changes."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from tongguan.kernel.copies import Copy
from tongguan.sensors.contracts import Stream
from tongguan.sensors.models import Datastream
from tongguan.sensors.stamp import NAME, stamp

#: Keys held at most; a sender of endless unknown keys only costs look-ups.
_MOST: Final = 500_000
_COLUMNS: Final = ("id", "key", "thing__code", "observed__code", "unit", "division", "active")
_by_key: Final = Copy(dict[str, Stream | None], stamp, NAME)
_by_number: Final = Copy(dict[int, Stream | None], stamp, NAME)


def by_keys(keys: Collection[str]) -> dict[str, Stream]:
    """Give the streams with these keys or external keys; unknown ones left out; two statements at most."""
    held = _by_key.get()
    lacking = sorted({key for key in keys if key not in held})
    if lacking:
        if len(held) > _MOST:
            held.clear()
        rows = Datastream.objects.order_by()
        found: dict[str, Stream | None] = dict.fromkeys(lacking)
        for row in rows.filter(external__among=lacking).values_list("external", *_COLUMNS):
            found[row[0]] = Stream(*row[1:])
        for row in rows.filter(key__among=lacking).values_list(*_COLUMNS):
            found[row[1]] = Stream(*row)
        held.update(found)  # at once: other threads must not take what is being read for unknown
    return _known(held, keys)


def by_numbers(numbers: Collection[int]) -> dict[int, Stream]:
    """Give the streams with these numbers; unknown ones are left out, one statement at most."""
    held = _by_number.get()
    lacking = sorted({number for number in numbers if number not in held})
    if lacking:
        if len(held) > _MOST:
            held.clear()
        rows = Datastream.objects.order_by().filter(pk__among=lacking)
        found: dict[int, Stream | None] = dict.fromkeys(lacking)
        held.update(found | {row[0]: Stream(*row) for row in rows.values_list(*_COLUMNS)})
    return _known(held, numbers)


def read_anew() -> None:
    """Compare what is held with the register at the next read, however fresh it is."""
    _by_key.check_next()
    _by_number.check_next()


def _known(held: dict[Any, Stream | None], wanted: Iterable[Any]) -> dict[Any, Stream]:
    return {key: stream for key in wanted if (stream := held.get(key)) is not None}
