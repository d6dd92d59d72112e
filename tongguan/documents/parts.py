# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of a template that was read: sections and their parts. Pure."""

from dataclasses import dataclass

from tongguan.documents.conditions import Condition, Ref
from tongguan.documents.contracts import Cadence


@dataclass(frozen=True, slots=True)
class Word:
    """A placeholder that is no figure."""

    name: str


Piece = str | Ref | Word


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence; only ``when`` its condition holds, else ``otherwise``."""

    pieces: tuple[Piece, ...]
    when: Condition | None
    when_text: str
    otherwise: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """A sentence per value of a dimension, for the ``top`` of a figure; ``when`` is asked of each."""

    by: str
    of: Ref
    top: int
    sort: str
    pieces: tuple[Piece, ...]
    when: Condition | None
    when_text: str
    begin: tuple[Piece, ...]
    join: str
    end: str
    otherwise: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of one figure (``heat``: hours by weekdays; ``line``: days with their ordinary range)."""

    draw: str
    of: Ref
    by: str
    top: int
    days: int
    title: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """A figure by area in colours, or its densest points as circles; ``level`` gives the outlines."""

    draw: str
    of: Ref
    level: str
    top: int
    title: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A row per value of a dimension, a column per figure."""

    by: str
    columns: tuple[Ref, ...]
    top: int
    title: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sub:
    """A heading within a section."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Strategies:
    """Where the sentences of the strategy rules that hold are put, numbered; ``none``: when none does."""

    codes: tuple[str, ...]
    none: tuple[Piece, ...]


Part = Say | Each | Chart | Map | Table | Sub | Strategies


@dataclass(frozen=True, slots=True)
class Strategy:
    """A rule from findings to advice, with its reason for the reader who asks."""

    code: str
    part: Say | Each


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading with its parts."""

    title: tuple[Piece, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template read and checked. ``asks``: filters that a run must be given (a topic's item …)."""

    code: str
    name: str
    kind: str
    cadence: Cadence
    title: tuple[Piece, ...]
    asks: tuple[str, ...]
    sections: tuple[Section, ...]
    strategies: tuple[Strategy, ...]
