# SPDX-License-Identifier: Apache-2.0
"""What a seat writes into the tables: its figures, what was not understood, devices worth a look."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from tongguan.gateways.contracts import Fault, Key, Message
from tongguan.gateways.models import Broker, Kept, Note, Seat
from tongguan.gateways.taking import Noted, Taken
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.runtime import transactions

_FIELD, _CODE, _WORDS, _THING, _UNIT = 200, 60, 300, 200, 40
#: Devices of one kind that are listed per broker; what comes after them is not.
MOST_NOTED: Final = 20_000
#: An own row per device is written at most so often while it goes on.
_NOTED_EVERY: Final = timedelta(seconds=2)


class SeatLedger:
    """One seat's rows. ``memory``: what the decoder must know to go on, written before acknowledging."""

    def __init__(self, broker: int, seat: int, memory: Callable[[], bytes]) -> None:
        """Name the rows by their numbers."""
        self._broker, self._seat, self._memory = broker, seat, memory
        self._remembered = b""
        self._waiting: dict[tuple[str, Key], Noted] = {}
        self._written_at = clock.now() - _NOTED_EVERY

    def keep(self, taken: Taken) -> None:
        """Keep messages and notes; new devices at once, more of the same with the next figures."""
        fresh = [note for note in taken.notes if (note.kind, note.key) not in self._waiting]
        for note in taken.notes:
            known = self._waiting.setdefault((note.kind, note.key), note)
            if known is not note:
                known.count, known.value = known.count + note.count, note.value
        with transactions.atomic():
            if taken.kept:
                Kept.objects.bulk_create(_kept(self._broker, *one) for one in taken.kept)
            if fresh and clock.now() - self._written_at >= _NOTED_EVERY:
                self._write_notes()

    def tell(self, taken: Taken, seconds: float, lag_ms: int) -> None:
        """Add to the seat's figures; write the notes that wait and what the decoder remembers."""
        now = clock.now()
        changes: dict[str, object] = {
            name: F(name) + getattr(taken, name)
            for name in ("messages", "readings", "refused", "unknown", "flooded")
        }
        changes |= {"rate": taken.messages / max(seconds, 0.001), "lag_ms": lag_ms}
        if taken.messages:
            changes["last_message_at"] = now
        with transactions.atomic():
            Seat.objects.filter(pk=self._seat).update(**changes)
            self._write_notes()
            memory = self._memory()
            if memory != self._remembered:
                self._remembered = memory
                Broker.objects.filter(pk=self._broker).update(memory=memory)

    def connected(self) -> None:
        """Say that the connection stands."""
        Seat.objects.filter(pk=self._seat).update(connected_at=clock.now(), failing_since=None, error="")

    def failing(self, error: Exception) -> None:
        """Say why it does not, and since when."""
        words = (error.zh if isinstance(error, Refusal) else f"{type(error).__name__}: {error}")[:_WORDS]
        since = Coalesce(F("failing_since"), Value(clock.now()))
        Seat.objects.filter(pk=self._seat).update(
            failing_since=since, error=words, connected_at=None, rate=0.0
        )

    def _write_notes(self) -> None:
        if self._waiting:
            notes = list(self._waiting.values())
            self._waiting.clear()
            self._written_at = clock.now()
            note_all(self._broker, notes)


def note_all(broker: int, notes: Iterable[Noted]) -> None:
    """Add to the rows of devices, new ones while there is room; within the caller's transaction."""
    now = clock.now()
    rows: dict[tuple[str, str, str], Note] = {}
    for one in notes:
        thing, prop = _named(one.key)
        row = rows.get((one.kind, thing, prop))
        if row is None:
            value = one.value if one.value is not None and one.value == one.value else None
            rows[one.kind, thing, prop] = Note(
                broker_id=broker,
                kind=one.kind,
                thing=thing,
                property=prop,
                unit=_plain(one.unit)[:_UNIT],
                value=value,
                count=one.count,
                first_at=now,
                last_at=now,
            )
        else:
            row.count += one.count
    things = {thing for _, thing, _ in rows}
    known = {
        (n.kind, n.thing, n.property): n for n in Note.objects.filter(broker_id=broker, thing__in=things)
    }
    for key, row in rows.items():
        if (old := known.get(key)) is not None:
            row.count, row.first_at = row.count + old.count, old.first_at
    new = [key for key in rows if key not in known]
    room = MOST_NOTED - Note.objects.filter(broker_id=broker).count() if new else 0
    for key in new[max(room, 0) :]:
        del rows[key]
    Note.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["broker", "kind", "thing", "property"],
        update_fields=["unit", "value", "count", "last_at"],
    )


def _kept(broker: int, message: Message, fault: Fault) -> Kept:
    return Kept(
        broker_id=broker,
        topic=_plain(message.topic),
        body=message.body,
        at=datetime.fromtimestamp(message.at / 1000, UTC),
        field=_plain(fault.field)[:_FIELD],
        code=fault.code[:_CODE],
        words=_plain(fault.zh)[:_WORDS],
    )


def _named(key: Key) -> tuple[str, str]:
    if isinstance(key, tuple):
        return _plain(key[0])[:_THING], _plain(key[1])[:_THING]
    return _plain(str(key))[:_THING], ""


def _plain(text: str) -> str:
    """Take out what no database keeps: NUL, and halves of characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
