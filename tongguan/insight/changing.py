# SPDX-License-Identifier: Apache-2.0
"""An approved proposal becomes the limit in force, by the catalogue's own versions. Callers hold rights.

Limits of items stand in filing standards, each source with its versions. The next version of the city's own
standard is imported with the limit changed; an item that so far follows a standard of the platform is taken
over into the city's own, whole, so that the shipped one stays. Stage limits have a verb of their own.
Running cases keep the limit that was frozen when they were filed.
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

from tongguan.catalog import api as catalog_api
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import FilingRule, StageKey
from tongguan.insight.limits import same
from tongguan.kernel.errors import Conflict
from tongguan.kernel.worktime import Limit
from tongguan.people.contracts import Actor, Post

#: The city's own filing standard for limits changed by proposals, where the item follows a shipped one.
OWN: Final = "本市时限调整"
#: The classification by which the platform's items are coded.
STANDARD: Final = "GB/T 47678.5-2026"
_KINDS: Final = {"component": "部件", "event": "事件"}


def change_item(actor: Actor, item: str, old: Limit, new: Limit) -> str:
    """Put another limit in force for the filing conditions of an item that have the old one.

    Gives what was made, in words. Raises Conflict ``insight.limit_changed`` when none has it any more.
    """
    rules = catalog.filing_rules(item)
    if not any(same(rule.limit, old) for rule in rules):
        raise changed(old)
    source = rules[0].source
    if source in catalog.shipped_sources():
        source = OWN
    changed_rules = [(rule, new if same(rule.limit, old) else rule.limit) for rule in rules]
    others = [(rule, rule.limit) for rule in _of_source(source) if rule.item_code != item]
    body = _table([*others, *changed_rules])
    title = f"{source}（{catalog.item(item).name} {old.zh()} → {new.zh()}）"
    report = catalog_api.import_filing_standard(
        actor, io.BytesIO(body), source=source, title=title, standard=STANDARD
    )
    if report.errors:
        first = report.errors[0]
        raise Conflict(
            "insight.not_written",
            zh=f"新版时限写入失败：{first.zh}",
            en=f"the new version could not be written: {first.en}",
        )
    return f"{source} 第 {report.number} 版"


def change_stage(actor: Actor, stage: str, kind: str, division: str, old: Limit, new: Limit) -> str:
    """Put another limit of a stage in force. Gives what was made. Raises Conflict as ``change_item``."""
    now = dict(catalog.stage_limits())
    if not same(now.get(StageKey(stage, kind, division, "")), old):
        raise changed(old)
    place = division or _city(actor)
    catalog_api.set_stage_limit(actor, stage, new.zh(), kind=kind, division=place, source="insight")
    return f"环节时限 {place} {stage} {new.zh()}"


def _city(actor: Actor) -> str:
    """Give the division a limit without one is set for: the decider's own city, nobody else's."""
    return min(actor.scope.divisions(Post.DUTY_CHIEF, Post.SYSTEM), key=len, default="")


def changed(old: Limit) -> Conflict:
    """Give the refusal for a limit that somebody else has changed meanwhile."""
    return Conflict(
        "insight.limit_changed",
        zh=f"现行时限已不是 {old.zh()}，请重新查看建议",
        en="the limit in force has changed meanwhile: look at the proposal again",
    )


def _of_source(source: str) -> list[FilingRule]:
    return [rule for info in catalog.items_table() for rule in catalog.filing_rules(info.code, source)]


def _table(rules: Iterable[tuple[FilingRule, Limit | None]]) -> bytes:
    """Write rules as the table that the catalogue imports."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(
        [
            "类型",
            "大类代码",
            "小类代码",
            "小类名称",
            "处置单位",
            "主管部门",
            "立案条件",
            "结案条件",
            "处置时限",
        ]
    )
    for rule, limit in rules:
        info = catalog.item(rule.item_code)
        sheet.writerow(
            [
                _KINDS[info.kind.value], info.code[:2], info.code[2:], info.name,
                "、".join(rule.duties), "、".join(rule.supervising), rule.filing_condition,
                rule.closing_condition, "" if limit is None else f"{limit.zh()}{rule.limit_note}",
            ]
        )  # fmt: skip
    return out.getvalue().encode()
