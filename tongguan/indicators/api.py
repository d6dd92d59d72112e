# SPDX-License-Identifier: Apache-2.0
"""Verbs on vital signs: officials define, alter and retire them. Beside them, the reads that screens use."""

from dataclasses import asdict
from typing import Final

from django.db import IntegrityError
from django.db.models import Max

from tongguan.indicators import rehearsing
from tongguan.indicators.contracts import DIMENSIONS, Direction, Draft, Indicator, Rehearsal
from tongguan.indicators.expressions import WINDOWS
from tongguan.indicators.facts import IndicatorDefined
from tongguan.indicators.models import Definition
from tongguan.indicators.queries import checked, history, ranking, registry, signs, versions
from tongguan.indicators.register import NAME, register, shown
from tongguan.indicators.sources import declared, measures
from tongguan.kernel import clock, copies
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, Stale
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

__all__ = ["define", "history", "ranking", "registry", "rehearse", "retire", "signs", "versions"]

#: Who may define signs, when appointed for the whole city.
WRITERS: Final = frozenset({Post.EVALUATOR, Post.SYSADMIN, Post.SYSTEM})
_CITY_DIGITS: Final = 4
#: Words of formulas and of addresses.
_RESERVED: Final = frozenset({"min", "max", "abs", "item", "registry", "trial", *WINDOWS})
_LONGEST: Final = {"code": 40, "zh": 100, "en": 100, "unit": 20, "formula": 1000, "source": 300, "owner": 100}
_MOST_DECIMALS: Final = 4
_FRESHNESS: Final = (5, 31 * 86_400)


def define(actor: Actor, draft: Draft, expected_version: int = 0) -> Indicator:
    """Write a new sign (``expected_version`` 0), or the next version of one; give it as it is in force.

    A sign that a package declares keeps its formula: officials set its names, thresholds and owner.
    Raises Forbidden, Invalid (the field named), Conflict for a taken code, Stale for an outdated version.
    """
    _may_write(actor)
    _check(draft)
    with atomic():
        row = _next(actor, draft.code, expected_version, retired=False, reason=draft.reason)
        for name, value in asdict(draft).items():
            setattr(row, name, value)
        _store(actor, row, "indicator.define")
    return shown(row)


def rehearse(actor: Actor, draft: Draft) -> Rehearsal:
    """Give what a draft would change and come to if it were defined now; nothing is stored.

    Raises Forbidden and Invalid (the field named) as ``define`` does.
    """
    _may_write(actor)
    _check(draft)
    return rehearsing.rehearse(actor, draft)


def retire(actor: Actor, code: str, reason: str, expected_version: int) -> None:
    """Take a sign out of force; its versions stay. Raises as ``define``, and NotFound."""
    _may_write(actor)
    current = register().get(code)
    users = [
        one.code for one in registry()
        if one.code != code and code in _mentioned(one.formula)
    ]  # fmt: skip
    if users:
        raise Conflict(
            "indicator.used", f"体征「{'、'.join(users[:5])}」的公式用到它，不能停用",
            "other signs are made of it", signs=users,
        )  # fmt: skip
    if not reason.strip():
        raise Invalid("indicator.reason", "请写明停用理由", "say why", field="reason")
    with atomic():
        row = _next(actor, code, expected_version, retired=True, reason=reason[:500])
        kept = {name: getattr(current, name) for name in _KEPT}
        for name, value in kept.items():
            setattr(row, name, value)
        _store(actor, row, "indicator.retire")


_KEPT: Final = ("zh", "en", "dimension", "unit", "source", "owner", "direction", "decimals", "freshness_s")


def _mentioned(formula: str) -> set[str]:
    words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in formula)
    return set(words.split())


def _may_write(actor: Actor) -> None:
    mine = actor.scope.divisions(*WRITERS)
    if not any(len(division) <= _CITY_DIGITS for division in mine if division.isdigit() or not division):
        raise Forbidden(
            "indicator.not_your_post", "体征由市级考核或系统管理岗位维护",
            "vital signs are kept by the city's evaluators and administrators",
        )  # fmt: skip


def _check(draft: Draft) -> None:
    for name, most in _LONGEST.items():
        if len(getattr(draft, name)) > most:
            raise Invalid("indicator.long", f"最长 {most} 字", f"at most {most} characters", field=name)
    if not (draft.code.isidentifier() and draft.code.isascii() and draft.code.islower()):
        raise Invalid(
            "indicator.code", "代码由小写字母、数字和下划线组成，以字母开头",
            "a code has small letters, digits and underscores", field="code",
        )  # fmt: skip
    if draft.code in measures or draft.code in _RESERVED:
        raise Invalid("indicator.code_taken", "此代码另有用途", "that word is taken", field="code")
    if not draft.zh.strip():
        raise Invalid("indicator.name", "请填写名称", "give it a name", field="zh")
    if draft.dimension not in DIMENSIONS:
        raise Invalid(
            "indicator.dimension",
            f"维度只能是：{'、'.join(DIMENSIONS)}",
            "not one of the nine",
            field="dimension",
        )
    if not 0 <= draft.decimals <= _MOST_DECIMALS:
        raise Invalid("indicator.decimals", "小数 0 到 4 位", "0 to 4 decimals", field="decimals")
    if not _FRESHNESS[0] <= draft.freshness_s <= _FRESHNESS[1]:
        raise Invalid(
            "indicator.freshness", "新鲜度 5 秒到 31 天", "5 seconds to 31 days", field="freshness_s"
        )
    _check_thresholds(draft)
    _check_formula(draft)


def _check_thresholds(draft: Draft) -> None:
    given = [one for one in (draft.watch, draft.alarm) if one is not None]
    if given and draft.direction is Direction.NONE:
        raise Invalid(
            "indicator.direction", "设阈值须先定越高越好还是越低越好", "thresholds need a direction",
            field="direction",
        )  # fmt: skip
    if draft.watch is None or draft.alarm is None:
        return
    better = draft.watch < draft.alarm if draft.direction is Direction.LOW else draft.watch > draft.alarm
    if not better:
        raise Invalid(
            "indicator.thresholds", "报警阈值应比关注阈值更差", "the alarm must be worse than the watch",
            field="alarm",
        )  # fmt: skip


def _check_formula(draft: Draft) -> None:
    if draft.code in declared:
        if draft.formula not in {"", declared.get(draft.code).formula}:
            raise Invalid(
                "indicator.declared", "此体征的公式由程序给出，可另建一个体征",
                "its formula comes from a package: define another sign", field="formula",
            )  # fmt: skip
        return
    checked(draft.code, draft.formula)


def _next(actor: Actor, code: str, expected: int, *, retired: bool, reason: str) -> Definition:
    last = Definition.objects.filter(code=code).aggregate(last=Max("version"))["last"]
    base = declared.get(code).version if code in declared else 0
    current = base if last is None else last
    gone = last is not None and Definition.objects.get(code=code, version=last).retired
    if expected != current and not (gone and expected == 0):
        raise _stale(expected)
    return Definition(
        code=code, version=current + 1, retired=retired, reason=reason,
        by=actor.key, by_name=actor.name, at=clock.now(),
    )  # fmt: skip


def _stale(expected: int) -> Conflict | Stale:
    if not expected:
        return Conflict("indicator.code_taken", "已有这个代码的体征", "the code is taken", field="code")
    return Stale("version.stale", "体征已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")


def _store(actor: Actor, row: Definition, verb: str) -> None:
    if row.code in declared:
        row.formula = ""
    try:
        with atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # the same version, written twice in one moment
        raise _stale(row.version - 1) from error
    detail = {
        "version": row.version, "formula": row.formula, "watch": row.watch, "alarm": row.alarm,
        "reason": row.reason,
    }  # fmt: skip
    audit.record(actor, verb, f"indicator:{row.code}", detail)
    outbox.publish(IndicatorDefined(code=row.code, version=row.version))
    copies.look_again(NAME)
