# SPDX-License-Identifier: Apache-2.0
"""Pure: when a model is trained again by itself, and what becomes of the new version, in words (F27)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

from tongguan.learning.contracts import Comparison, State

_Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
_Count = Annotated[int, msgspec.Meta(ge=1)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
#: What may not fall by more than the margin, as figures name it and as it is told.
_HELD: Final = (("accuracy", "准确率"), ("precision", "自动采纳的精确率"), ("coverage", "自动采纳的覆盖率"))


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When to train again, and from which difference on to promote; hours are the city's."""

    enabled: bool
    days: _Count
    from_hour: _Hour
    until_hour: _Hour
    least_corrections: _Count
    least_rows: _Count
    promote: bool
    gain: _Share
    margin: _Share


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a new version (active, shadow or candidate), and why."""

    state: State
    words: str


def parse(body: Any) -> dict[str, Policy]:
    """Give the policies by task, ``default`` among them. Raises ValueError naming what is wrong."""
    if not isinstance(body, dict) or not all(isinstance(one, dict) for one in body.values()):
        raise ValueError("retrain file: must be a mapping of tasks")
    if "default" not in body:
        raise ValueError("retrain file: default is missing")
    found = {}
    for task, own in body.items():
        try:
            found[str(task)] = msgspec.convert({**body["default"], **own}, Policy)
        except msgspec.ValidationError as error:
            raise ValueError(f"retrain file: {task}: {error}") from error
    return found


def due(policy: Policy, local: datetime, newest: datetime | None, corrections: int) -> str:
    """Say why a task is to be trained now, "" when it is not. Without a version there is nothing to renew."""
    if not policy.enabled or newest is None or not _within(policy, local.hour):
        return ""
    days = (local - newest) // timedelta(days=1)
    if days < policy.days or corrections < policy.least_corrections:
        return ""
    return (
        f"距最近一版 {days} 天（满 {policy.days} 天），其间人工更正 {corrections} 件"
        f"（满 {policy.least_corrections} 件），按再训练规则训练"
    )


def _within(policy: Policy, hour: int) -> bool:
    if policy.from_hour <= policy.until_hour:
        return policy.from_hour <= hour < policy.until_hour
    return hour >= policy.from_hour or hour < policy.until_hour


def verdict(policy: Policy, found: Comparison) -> Verdict:
    """Judge a new version beside the active one by the same frozen texts."""
    if found.active is None:
        return Verdict(State.CANDIDATE, "没有在用版本可比，留待人工启用")
    if found.rows < policy.least_rows:
        words = f"保留文本只有 {found.rows} 条（少于 {policy.least_rows} 条），差别不足为据，影子运行"
        return Verdict(State.SHADOW, words)
    said, gain = _told(found.active, found.other)
    fallen = [
        f"{name}下降 {fall:.1%}"
        for key, name in _HELD
        if (fall := _fall(found.active, found.other, key)) > policy.margin
    ]
    if -gain > policy.margin:
        fallen.insert(0, f"宏平均 F1 下降 {-gain:.1%}")
    if fallen:
        return Verdict(
            State.CANDIDATE, f"{said}；{'、'.join(fallen)}，超出允许的 {policy.margin:.1%}，仅存为候选"
        )
    if gain < policy.gain:
        return Verdict(State.SHADOW, f"{said}；提高不足 {policy.gain:.1%}，影子运行，留待人工决定")
    if not policy.promote:
        return Verdict(State.SHADOW, f"{said}；更好，但规则不允许自动启用，影子运行，留待人工决定")
    return Verdict(
        State.ACTIVE, f"{said}；提高至少 {policy.gain:.1%} 且各项下降不超过 {policy.margin:.1%}，自动启用"
    )


def _told(active: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, float]:
    before, after = float(active["macro_f1"]), float(other["macro_f1"])
    return f"同一批 {other['rows']} 条保留文本上宏平均 F1 {before:.3f} → {after:.3f}", after - before


def _fall(active: Mapping[str, Any], other: Mapping[str, Any], key: str) -> float:
    """Give by how much a figure fell; one that neither has, or only the new one, did not fall."""
    before, after = active.get(key), other.get(key)
    if before is None:
        return 0.0
    # Nothing passes the threshold any more: precision has no figure, and coverage tells of the fall.
    return 0.0 if after is None else round(before - after, 4)
