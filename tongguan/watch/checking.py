# SPDX-License-Identifier: Apache-2.0
"""Whether a draft can be kept, and whether it can be switched on. Pure but for the detectors' register."""

import re
from collections.abc import Iterator
from typing import Any, Final

from tongguan.detection import compound, kinds
from tongguan.detection.contracts import COLOURS, Problem
from tongguan.detection.settings import checked
from tongguan.detection.spi import Detector, detectors
from tongguan.kernel.formulas import Fault
from tongguan.watch.contracts import BY, Confidence, Draft, Scope

__all__ = ["detector_of", "kinds", "problems", "runnable", "unset"]

_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST: Final = {"zh": 100, "en": 100, "family": 40, "item_code": 20, "source": 300, "reason": 500}
_MOST_GROUPS, _MOST_PARTS, _MOST_NEAR, _FURTHEST_M = 20_000, 64, 50, 50_000.0


def detector_of(code: str) -> Detector | None:
    """Give a registered detector; None when there is none of that name."""
    return detectors.get(code) if code in detectors else None


def problems(draft: Draft) -> tuple[Problem, ...]:
    """Give everything wrong with a draft; values still to be set are not wrong."""
    return tuple(one for one in _all(draft) if not one.unset)


def unset(draft: Draft) -> tuple[str, ...]:
    """Give, in words, what must still be set before the rule can be switched on."""
    return tuple(one.zh for one in _all(draft) if one.unset)


def runnable(draft: Draft) -> dict[str, Any]:
    """Give the detector's settings of a draft without problems, layout not yet included."""
    detector = detector_of(draft.detector)
    if detector is None:
        return {}
    settings, _ = checked(detector, {name: one.value for name, one in draft.settings.items()})
    return settings


def _all(draft: Draft) -> Iterator[Problem]:
    if not _CODE.fullmatch(draft.code):
        yield Problem(
            "code", "代码由小写字母、数字和 . _ - 组成，以字母开头", "a code has small letters and digits"
        )
    if not draft.zh.strip():
        yield Problem("zh", "请填写名称", "give it a name")
    for name, longest in _LONGEST.items():
        if len(getattr(draft, name)) > longest:
            yield Problem(name, f"最长 {longest} 字", f"at most {longest} characters")
    if draft.division and not (draft.division.isdigit() and len(draft.division) <= 12):  # noqa: PLR2004
        yield Problem("division", "区划代码应为至多 12 位数字", "a division has up to twelve digits")
    if not 1 <= draft.tells_from <= len(COLOURS) + 1:
        yield Problem("tells_from", "上报等级为 1 到 4，5 为不上报", "1 to 4, 5 for never")
    detector = detector_of(draft.detector)
    if detector is None:
        known = "、".join(sorted(detectors.items()))
        yield Problem("detector", f"没有方法“{draft.detector}”；已有：{known}", "there is no such detector")
        return
    _, found = checked(detector, {name: one.value for name, one in draft.settings.items()})
    for one in found:
        yield Problem(f"settings.{one.field}", one.zh, one.en, one.unset)
    for name, setting in draft.settings.items():
        if name in COLOURS and setting.value is not None and not setting.source.strip():
            yield Problem(
                f"settings.{name}.source",
                "请写明限值的来源；自定的写明由谁依据什么定",
                "say where it is from",
            )
        if setting.value is not None and setting.confidence is Confidence.UNKNOWN and name in COLOURS:
            yield Problem(f"settings.{name}.confidence", "请注明来源的可信度", "say how sure the source is")
    yield from _scope(draft.scope, detector, draft)


def _scope(scope: Scope, detector: Detector, draft: Draft) -> Iterator[Problem]:
    if scope.by not in BY:
        yield Problem("scope.by", f"应为其中之一：{'、'.join(BY)}", f"one of {', '.join(BY)}")
        return
    if detector.grouped == (scope.by == "stream"):
        right = "thing、group、near" if detector.grouped else "stream"
        yield Problem("scope.by", f"此方法的对象应为 {right}", f"this detector judges {right}")
    if scope.by == "group":
        yield from _groups(scope)
    elif not (scope.observed or scope.kinds or scope.tags or scope.things or scope.parts):
        yield Problem("scope", "请限定观测属性、类别、标签或监测点", "say which streams")
    if scope.by == "thing":
        yield from _parts(scope)
    if scope.by == "near" and not (0 < scope.metres <= _FURTHEST_M and 1 <= scope.most <= _MOST_NEAR):
        yield Problem(
            "scope.metres", "相邻距离 0–50000 米，相邻点 1–50 个", "neighbours within 50 km, at most 50"
        )
    if draft.detector == compound.Compound.code:
        yield from _conditions(draft)


def _groups(scope: Scope) -> Iterator[Problem]:
    if not 1 <= len(scope.groups) <= _MOST_GROUPS:
        yield Problem("scope.groups", f"分组 1 到 {_MOST_GROUPS} 个", "one group at least")
    seen: set[str] = set()
    for n, group in enumerate(scope.groups):
        where = f"scope.groups[{n}]"
        if not group.name.strip() or len(group.name) > 100 or group.name in seen:  # noqa: PLR2004
            yield Problem(f"{where}.name", "组名应各不相同且不超过 100 字", "names must differ")
        seen.add(group.name)
        if not 1 <= len(group.streams) <= _MOST_PARTS or len(set(group.streams)) < len(group.streams):
            yield Problem(f"{where}.streams", f"数据流 1 到 {_MOST_PARTS} 个，不重复", "streams must differ")
        if group.roles and len(group.roles) != len(group.streams):
            yield Problem(f"{where}.roles", "每个数据流一个角色", "one role per stream")


def _parts(scope: Scope) -> Iterator[Problem]:
    names = [part.name for part in scope.parts]
    if not 1 <= len(names) <= _MOST_PARTS or len(set(names)) < len(names):
        yield Problem(
            "scope.parts", f"量 1 到 {_MOST_PARTS} 个，名称不重复", "one part at least, names differ"
        )
    for n, part in enumerate(scope.parts):
        if not _NAME.fullmatch(part.name):
            yield Problem(
                f"scope.parts[{n}].name", "名称由小写字母、数字、下划线组成", "a name has small letters"
            )
        if not part.observed:
            yield Problem(f"scope.parts[{n}].observed", "请指定观测属性", "say which property")


def _conditions(draft: Draft) -> Iterator[Problem]:
    names = tuple(part.name for part in draft.scope.parts)
    for colour in COLOURS:
        setting = draft.settings.get(colour)
        if setting is None or not isinstance(setting.value, str):
            continue
        try:
            compound.parse(setting.value, names)
        except Fault as fault:
            yield Problem(f"settings.{colour}", fault.zh, fault.en)
