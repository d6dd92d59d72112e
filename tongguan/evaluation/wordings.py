# SPDX-License-Identifier: Apache-2.0
"""Which wordings of sets there are: shipped ones are version 1, the city's own follow."""

from collections.abc import Mapping
from typing import Any, Final

from tongguan.evaluation import sets
from tongguan.evaluation.contracts import IndicatorSet, SetState, SetVersionInfo
from tongguan.evaluation.models import SetVersion
from tongguan.kernel.errors import NotFound

SHIPPED: Final = sets.shipped()


def codes() -> list[str]:
    """Give the codes of all sets that have a version in force or a draft, shipped ones first."""
    own = SetVersion.objects.values_list("code", flat=True).distinct().order_by("code")
    return list(dict.fromkeys((*SHIPPED, *own)))


def in_force(code: str) -> IndicatorSet:
    """Give the version in force. Raises NotFound."""
    row = SetVersion.objects.filter(code=code, state=SetState.IN_FORCE).first()
    if row is not None:
        return sets.read(row.body, row.version)
    if code in SHIPPED:
        return sets.read(SHIPPED[code], 1)
    raise _unknown()


def version(code: str, number: int | None) -> IndicatorSet:
    """Give one version, or the one in force. Raises NotFound."""
    return in_force(code) if number is None else sets.read(body_of(code, number), number)


def body_of(code: str, number: int) -> Mapping[str, Any]:
    """Give the body of a version. Raises NotFound."""
    if number == 1 and code in SHIPPED:
        return SHIPPED[code]
    row = SetVersion.objects.filter(code=code, version=number).first()
    if row is None:
        raise _unknown()
    body: Mapping[str, Any] = row.body
    return body


def versions(code: str) -> list[SetVersionInfo]:
    """Give every version of a set, the newest first. Raises NotFound."""
    rows = list(SetVersion.objects.filter(code=code).order_by("-version"))
    found = [_info(row) for row in rows]
    if code in SHIPPED:
        replaced = any(one.state in {SetState.IN_FORCE, SetState.REPLACED} for one in found)
        found.append(_shipped(code, SetState.REPLACED if replaced else SetState.IN_FORCE))
    if not found:
        raise _unknown()
    return found


def newest(code: str) -> int:
    """Give the highest version number there is, 0 for none."""
    last = SetVersion.objects.filter(code=code).order_by("-version").values_list("version", flat=True).first()
    return last or (1 if code in SHIPPED else 0)


def _info(row: SetVersion) -> SetVersionInfo:
    return SetVersionInfo(
        set=sets.read(row.body, row.version), state=SetState(row.state), body=row.body, reason=row.reason,
        by_name=row.by_name, at=row.at, approved_by_name=row.approved_by_name, approved_at=row.approved_at,
        shipped=False,
    )  # fmt: skip


def _shipped(code: str, state: SetState) -> SetVersionInfo:
    body = SHIPPED[code]
    return SetVersionInfo(
        set=sets.read(body, 1), state=state, body=body, reason="", by_name="", at=None, approved_by_name="",
        approved_at=None, shipped=True,
    )  # fmt: skip


def _unknown() -> NotFound:
    return NotFound("evaluation.set_unknown", "没有这个指标集或版本", "no such set or version", field="set")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give what two bodies word differently: (field, was, would be), lists by the codes of their rows."""
    was, would = _flat(before), _flat(after)
    return [
        (name, was.get(name, ""), would.get(name, ""))
        for name in dict.fromkeys((*was, *would))
        if name != "version" and was.get(name, "") != would.get(name, "")
    ]


def _flat(body: Any, at: str = "") -> dict[str, str]:
    if isinstance(body, Mapping):
        found: dict[str, str] = {}
        for name, value in body.items():
            found |= _flat(value, f"{at}.{name}" if at else str(name))
        return found
    if isinstance(body, list) and body and all(isinstance(one, Mapping) and "code" in one for one in body):
        found = {}
        for one in body:
            found |= _flat({k: v for k, v in one.items() if k != "code"}, f"{at}.{one['code']}")
        return found
    if isinstance(body, list | tuple):
        return {at: "、".join(map(str, body))}
    return {at: "" if body is None else str(body)}
