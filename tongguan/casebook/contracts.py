# SPDX-License-Identifier: Apache-2.0
"""Shapes of the casebook: what lies in its folder, and how far it is. Pure."""

from datetime import datetime

import msgspec


class Damaged(Exception):  # noqa: N818 - what it found, as in series
    """A file of the casebook is missing or not what was written."""


class BookFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file: its path within the casebook's folder, rows, bytes and checksum."""

    name: str
    rows: int
    size: int
    sha256: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """All files of some subjects of one month (``2026-09``, UTC), written in one go.

    ``no`` grows: of a subject that stands in several groups of a month, the newest counts. ``base``: the
    month's main body. ``subjects``: how many are in it. ``files`` by table. ``names``: the stamp of the
    catalogue whose words are in it.
    """

    subject: str
    month: str
    no: int
    base: bool
    subjects: int
    files: dict[str, BookFile]
    names: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Which files are the book. A reader takes one manifest and sees nothing else.

    ``generation`` grows with every change. ``whole``: every case and telling was read once; until then
    ``position`` tells how far, by kind of subject. ``read_at``: facts up to there are in it. ``registers``
    and ``names`` are the stamps of all registers and of the items' words as they were written.
    """

    book: str
    schema: int
    generation: int = 0
    last_no: int = 0
    whole: bool = False
    position: dict[str, str] = {}
    read_at: datetime | None = None
    groups: tuple[Group, ...] = ()
    dimensions: dict[str, BookFile] = {}
    registers: str = ""
    names: str = ""


class Rows(msgspec.Struct, frozen=True):
    """Rows of one kind of subject to be written: by table, each a mapping by column name.

    The rows of the head table (``cases`` or ``tellings``) say of which subjects these are all the rows.
    """

    subject: str
    tables: dict[str, list[dict[str, object]]]
