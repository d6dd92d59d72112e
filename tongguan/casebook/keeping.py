# SPDX-License-Identifier: Apache-2.0
"""Keeping the book true: built once, then each case and telling that facts tell of is read anew.

The files go first, the database after: killed in between, what was written is simply written again.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import UUID

from tongguan.casebook import files, gathering, marking, store
from tongguan.casebook.contracts import Damaged, Manifest
from tongguan.casebook.files import Seen
from tongguan.casebook.models import BookState, Dirty
from tongguan.casebook.schema import CASE, SUBJECTS, VERSION
from tongguan.casebook.store import Store
from tongguan.kernel import clock
from tongguan.runtime import queries as runtime
from tongguan.runtime.transactions import atomic

_log = logging.getLogger(__name__)
#: So many cases or tellings are read and written at once.
AT_ONCE: Final = 1_000
BUILT_AT_ONCE: Final = 4_000
_LOOKED_AT_ONCE: Final = 2_000


def state_row() -> BookState:
    """Give the row that ties files and database, made when it is missing."""
    row = BookState.objects.filter(pk=1).first()
    if row is None:
        BookState.objects.bulk_create([BookState(pk=1)], ignore_conflicts=True)
        row = BookState.objects.get(pk=1)
    return row


def mark(subjects: Iterable[tuple[str, UUID]], seq: int) -> None:
    """Note what is to be read anew, in the caller's transaction; ``seq``: the last fact that said so."""
    rows = [Dirty(subject=subject, key=key, seq=seq) for subject, key in sorted(set(subjects))]
    Dirty.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["subject", "key"], update_fields=["seq"]
    )
    BookState.objects.filter(pk=state_row().pk, seq__lt=seq).update(seq=seq)


def ask_anew() -> None:
    """Let the engine build the book from nothing; until it is whole, the old one is read."""
    BookState.objects.filter(pk=state_row().pk).update(wanted=True)


def take_in(folder: Path, *, seconds: float = 1.5) -> int:
    """Go on building, or take in what has changed, for about so long; give how many subjects were read.

    Does nothing while another process writes.
    """
    done, until = 0, monotonic() + seconds
    with files.writing(folder) as mine:
        if not mine:
            return 0
        book = _store(folder)
        while True:
            now, seq = clock.now(), _heard(state_row().seq)
            built = book.state.whole
            taken = _dirty(book) if built else _built(book)
            done += taken
            if built and not taken:
                if seq:
                    seen = Seen(book=book.state.book, generation=book.state.generation, read_at=now)
                    files.write(folder / files.SEEN, seen, durable=False)
                return done
            if monotonic() >= until:
                return done


def build(folder: Path) -> int | None:
    """Build the book from nothing, to the end; give how many subjects. None while another process writes."""
    ask_anew()
    done = 0
    with files.writing(folder) as mine:
        if not mine:
            return None
        book = _store(folder)
        while not book.state.whole:
            done += _built(book)
    return done


def read_at(folder: Path) -> datetime | None:
    """Give up to when the book in force is known to be true; None before it is whole. Raises Damaged."""
    return files.read_at(folder, files.manifest(folder))


def _store(folder: Path) -> Store:
    """Give the writer of this database's book; begin a new one when what lies there is not it."""
    row = state_row()
    for name in (files.BUILDING, files.MANIFEST):
        found = _manifest(folder, name)
        if found is not None and not row.wanted and _fits(folder, row, found):
            if found.generation > row.generation:
                BookState.objects.filter(pk=row.pk).update(generation=found.generation)
            return Store(folder, name, found)
    book = Store.begun(folder)
    # What was marked so far is read with everything else.
    BookState.objects.filter(pk=row.pk).update(book=book.state.book, generation=0, wanted=False)
    _log.info("casebook: building it anew")
    return book


def _manifest(folder: Path, name: str) -> Manifest | None:
    try:
        return files.manifest(folder, name)
    except Damaged:
        _log.exception("casebook: damaged, it will be built anew")
        return None


def _fits(folder: Path, row: BookState, found: Manifest) -> bool:
    of_this = (found.book, found.schema) == (row.book, VERSION)
    # One ahead: the files were written, and the database was not told any more.
    in_step = found.generation in (row.generation, row.generation + 1)
    return of_this and in_step and not store.verify(folder, found, whole=False)


def _built(book: Store) -> int:
    """Read the next cases, then the next tellings; at the end the book is put in force."""
    position = dict(book.state.position)
    for subject in SUBJECTS:
        last = position.get(subject)
        if last == "":
            continue
        keys = gathering.after(subject, UUID(last) if last else None, BUILT_AT_ONCE)
        position[subject] = str(keys[-1]) if len(keys) == BUILT_AT_ONCE else ""
        _add(book, {subject: keys}, position=position)
        return len(keys) or 1
    refresh_registers(book)
    book.compact()
    book.finish(None)
    return 0


def _dirty(book: Store) -> int:
    rows = list(Dirty.objects.order_by("seq", "id")[:AT_ONCE])
    if not rows:
        return 0
    keys: dict[str, list[UUID]] = {}
    for row in rows:
        keys.setdefault(row.subject, []).append(row.key)
    _add(book, keys, read=rows)
    return len(rows)


def _add(
    book: Store,
    keys: dict[str, list[UUID]],
    *,
    read: list[Dirty] | None = None,
    position: dict[str, str] | None = None,
) -> None:
    batches = [gathering.gathered(subject, mine) for subject, mine in keys.items()]
    names = gathering.items_stamp() if CASE in keys else ""
    book.add(batches, names=names, position=position)
    with atomic():
        BookState.objects.filter(pk=1).update(generation=book.state.generation)
        if read:
            last = max(row.seq for row in read)
            # What was marked again meanwhile stays marked.
            Dirty.objects.filter(pk__in=[row.pk for row in read], seq__lte=last).delete()


def refresh_registers(book: Store) -> bool:
    """Write the registers of units, divisions and items if they changed; tell whether they did."""
    tables = gathering.registers()
    whole = gathering.stamp(row for name in sorted(tables) for row in tables[name])
    if whole == book.state.registers:
        return False
    book.set_dimensions(tables, whole, gathering.stamp(tables["items"]))
    return True


def keep_house(folder: Path, *, everything: bool = False) -> bool:
    """Write the registers that changed, let old files go, bring one month's increments into its base.

    Tells whether a month was rewritten. Reading and taking in go on meanwhile.
    """
    with files.writing(folder) as mine:
        book = _whole(folder) if mine else None
        if book is None:
            return False
        refresh_registers(book)
        book.sweep()
    return store.compact_one(folder, everything=everything)


def _whole(folder: Path) -> Store | None:
    found, row = _manifest(folder, files.MANIFEST), state_row()
    if found is None or row.wanted or not found.whole or not _fits(folder, row, found):
        return None
    return Store(folder, files.MANIFEST, found)


def _heard(seq: int) -> bool:
    """Tell whether every numbered fact that matters has marked what it tells of; remember how far."""
    begun = seq
    while facts := runtime.facts_after(seq, _LOOKED_AT_ONCE):
        if any(fact.name in marking.NAMES for fact in facts):
            return False
        seq = facts[-1].seq
    if seq > begun:
        BookState.objects.filter(pk=1, seq=begun).update(seq=seq)
    return True
