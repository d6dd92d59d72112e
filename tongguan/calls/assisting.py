# SPDX-License-Identifier: Apache-2.0
"""Help while the operator types: kinds of matter, places, similar cases, answers, what to ask, danger.

A constant number of statements, and nothing is changed or kept. What a room below cannot give (no model
yet, no learning extra) is replaced or left out: a call never waits for it.
"""

import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils import timezone

from tongguan.addresses import queries as addresses
from tongguan.calls.contracts import AlikeCase, Draft, Help, ItemGuess, PlaceGuess, Question
from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import FilingRule, ItemInfo
from tongguan.handover import api as handovers
from tongguan.intake import queries as reports
from tongguan.kernel import clock
from tongguan.kernel.bigrams import Index
from tongguan.kernel.coordinates import to_wgs84
from tongguan.kernel.copies import Copy
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.kernel.ids import new_id
from tongguan.knowledge import queries as knowledge
from tongguan.learning import queries as learning
from tongguan.matching import api as matching
from tongguan.matching.contracts import Told
from tongguan.people.contracts import Actor
from tongguan.places import queries as places

log = logging.getLogger(__name__)
TASK: Final = "item"
BY_WORDS: Final = "目录用语"
_ITEMS, _PLACES, _ALIKE, _ANSWERS = 3, 5, 5, 3
_LEAST_TEXT: Final = 4
_LEAST_WORDS: Final = 0.05
_RULES_ASKED: Final = 6


def help_with(actor: Actor, draft: Draft) -> Help:
    """Give the help for a draft. Raises Invalid for coordinates or codes that are none, Forbidden."""
    _check(draft)
    text = draft.text.strip()
    enough = len(text) >= _LEAST_TEXT
    lon, lat = _wgs84(draft)
    where = _where(actor, draft) if enough or draft.address.strip() else ()
    division = draft.division
    if lon is not None and lat is not None:
        division = places.locate_one(lon, lat)[0] or division
    elif where and not division:
        division = where[0].division
    items = _items(text) if enough else ()
    item_code = draft.item_code or (items[0].code if items and items[0].alone else "")
    day = timezone.localdate(clock.now())
    (danger,) = handovers.look([text])
    return Help(
        items=items,
        places=where,
        alike=_alike(actor, draft, division, item_code, lon, lat) if enough and division else (),
        answers=tuple(knowledge.search(text, day, division=division, limit=_ANSWERS)) if enough else (),
        script=tuple(script(item_code, placed=lon is not None or bool(draft.address.strip()))),
        danger=danger,
    )


def _check(draft: Draft) -> None:
    if (draft.lon is None) != (draft.lat is None):
        missing = "lon" if draft.lon is None else "lat"
        raise Invalid("place.half", zh="经纬度必须成对", en="both or none", field=missing)
    if draft.division and not (draft.division.isascii() and draft.division.isdigit()):
        raise Invalid("place.division", zh="区划代码应为数字", en="a code has digits only", field="division")


def _wgs84(draft: Draft) -> tuple[float | None, float | None]:
    if draft.lon is None or draft.lat is None:
        return None, None
    lon, lat = to_wgs84(draft.lon, draft.lat, draft.system)
    return float(lon), float(lat)


def _where(actor: Actor, draft: Draft) -> tuple[PlaceGuess, ...]:
    spoken = draft.address.strip() or draft.text
    (found,) = addresses.locate_texts([spoken], draft.division, actor=actor)
    return tuple(
        PlaceGuess(
            c.name, c.division, c.lon, c.lat, round(c.score, 3), found.explanation, found.sure and n == 0
        )
        for n, c in enumerate(found.candidates[:_PLACES])
    )


def _items(text: str) -> tuple[ItemGuess, ...]:
    today = timezone.localdate(clock.now())
    try:
        (said,) = learning.predict(TASK, [text])
    except Refusal as refusal:  # no version in force, no such task, the extra is not installed
        log.debug("items by the catalogue's words: %s", refusal.code)
        hits = _words.get().search(text, _ITEMS, _LEAST_WORDS)
        shares = [(hit.key, hit.score) for hit in hits]
        by, sure = BY_WORDS, False
    else:
        # The first as sure as it was calibrated; what is left of certainty bounds the others.
        rest = 1 - said.confidence
        likely = enumerate(said.shares[:_ITEMS])
        shares = [(code, min(share, rest) if n else said.confidence) for n, (code, share) in likely]
        by, sure = said.version, said.alone
    known = catalog.items([code for code, _ in shares])
    return tuple(
        ItemGuess(code, known[code].name, round(share, 3), sure and n == 0, by)
        for n, (code, share) in enumerate(shares)
        if code in known and known[code].active_on(today)
    )


def _item_words() -> Index[str]:
    return Index((info.code, (info.name, *info.aliases), _conditions(info)) for info in catalog.items_table())


def _conditions(info: ItemInfo) -> str:
    return "；".join(rule.filing_condition for rule in catalog.filing_rules(info.code))


def _day() -> str:
    return f"{timezone.localdate(clock.now())}:{len(catalog.items_table())}"


#: The catalogue's own words, read again each day and when items were added.
_words: Final[Copy[Index[str]]] = Copy(_item_words, _day, "catalog.items")


def _alike(
    actor: Actor, draft: Draft, division: str, item_code: str, lon: float | None, lat: float | None
) -> tuple[AlikeCase, ...]:
    told = Told(
        report_id=new_id(),
        title="",
        text=f"{draft.address} {draft.text}".strip(),
        told_at=clock.now(),
        division=division,
        item_code=item_code,
        lon=lon,
        lat=lat,
    )
    found = matching.alike(actor, told, _ALIKE)
    known = cases.cases_by_id(actor, [one.case_id for one in found])
    return tuple(
        AlikeCase(known[one.case_id], one.score, one.words)
        for one in found
        if one.case_id in known and known[one.case_id].closed_at is None
    )


def script(item_code: str, *, placed: bool) -> Sequence[Question]:
    """Give what to ask for an item, in order: place, the filing conditions, the contact.

    Empty conditions for an item nobody wrote any for; the questions are the catalogue's, not ours.
    """
    asked = [] if placed else [Question("请问具体在什么位置？附近有什么标志？", "区位不明不能派遣")]
    info = catalog.items([item_code]).get(item_code) if item_code else None
    if info is not None:
        asked += map(_asked, catalog.filing_rules(info.code)[:_RULES_ASKED])
        if info.needs_photo:
            asked.append(Question("是否方便提供现场照片？", f"{info.name}须有照片"))
    asked.append(Question("是否要求对被投诉方保密？如何称呼，怎样联系您？", "回访与保密"))
    return asked


def _asked(rule: FilingRule) -> Question:
    limit = f"，时限 {rule.limit.zh()}" if rule.limit is not None else ""
    basis = f"立案条件 {rule.condition_no}（{rule.source}）{limit}"
    return Question(f"是否{rule.filing_condition.rstrip('。；')}？", basis, rule.id)


def own_cases(actor: Actor, caller_key: str) -> set[UUID]:
    """Give the cases this number told of before, as far as the actor may see the tellings."""
    told = reports.of_caller(actor, caller_key, limit=200)
    return {report.case_id for report in told if report.case_id is not None}
