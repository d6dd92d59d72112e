# SPDX-License-Identifier: Apache-2.0
"""The strategy in force, and every one that ever was, with its rarity table."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.matching.models import StrategyVersion
from tongguan.matching.strategy import FIRST, Strategy, read, written
from tongguan.tables import api as tables
from tongguan.tables.api import Question
from tongguan.texts.grams import Rarity

#: Beyond this the locks of two tellings would not meet; see ``locks``.
MOST_METRES = 2_000.0


_SEEN: Final[list[tuple[Strategy, Rarity]]] = []
#: Asks which version is in force; ``of`` reads the answer.
IN_FORCE: Final[Question] = ("SELECT version, digest FROM matching_strategyversion WHERE active", ())


def current() -> tuple[Strategy, Rarity]:
    """Give the strategy in force and its rarity table; the first one where none was stored."""
    (rows,) = tables.together([IN_FORCE])
    return of(rows)


def of(rows: Sequence[tuple[Any, ...]]) -> tuple[Strategy, Rarity]:
    """Give the strategy that an answer to ``IN_FORCE`` names, and its rarity; the same objects again."""
    found = _loaded(*rows[0]) if rows else (FIRST, _blank())
    _SEEN[:] = [found]
    return found


def seen() -> tuple[Strategy, Rarity]:
    """Give what was in force when this process last asked: right but for the moment after a change."""
    return _SEEN[0] if _SEEN else current()


def named(version: str) -> tuple[Strategy, Rarity]:
    """Give a strategy by its version. Raises Invalid when there never was one."""
    if version == FIRST.version:
        return FIRST, _blank()
    row = StrategyVersion.objects.filter(pk=version).values_list("digest", flat=True).first()
    if row is None:
        raise Invalid(
            "matching.strategy", f"没有归并策略 {version}", f"no strategy {version}", field="version"
        )
    return _loaded(version, row)


@lru_cache(maxsize=1)
def _blank() -> Rarity:
    return Rarity.blank()


@lru_cache(maxsize=4)
def _loaded(version: str, digest: str) -> tuple[Strategy, Rarity]:
    """Read a version once a process; the digest tells a test's database from the last one's."""
    row = StrategyVersion.objects.get(pk=version, digest=digest)
    return read(row.body), Rarity.unpacked(bytes(row.rarity))


def store(strategy: Strategy, rarity: Rarity, by: str) -> StrategyVersion:
    """Put a new version in force, in the caller's transaction. Raises Invalid for a wrong or known one."""
    reaches = [strategy.reach, *strategy.reaches.values()]
    if any(not 0 < r.metres <= MOST_METRES or r.hours <= 0 or r.closed_days < 0 for r in reaches):
        raise Invalid(
            "matching.reach",
            f"归并半径须在 0 到 {MOST_METRES:.0f} 米之间，时间窗须大于 0",
            "a reach is wrong",
            field="reach",
        )
    if not 0 < strategy.suggest <= strategy.join <= 1:
        raise Invalid("matching.zones", "提示与归并的门槛不正确", "the zones are wrong", field="join")
    if strategy.version == FIRST.version or StrategyVersion.objects.filter(pk=strategy.version).exists():
        raise Invalid("matching.version", "该策略版本已存在", "this version exists", field="version")
    StrategyVersion.objects.filter(active=True).update(active=False)
    packed = rarity.packed()
    return StrategyVersion.objects.create(
        version=strategy.version,
        body=written(strategy),
        digest=f"{strategy.digest()[:32]}{hash_of(packed)}",
        rarity=packed,
        texts=rarity.texts,
        active=True,
        at=clock.now(),
        by=by,
    )


def hash_of(packed: bytes) -> str:
    """Give 32 digits that tell one rarity table from another."""
    return hashlib.sha256(packed).hexdigest()[:32]


def versions() -> set[str]:
    """Give all stored versions and the first one."""
    return {FIRST.version, *StrategyVersion.objects.values_list("version", flat=True)}
