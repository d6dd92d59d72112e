# SPDX-License-Identifier: Apache-2.0
"""Which units to suggest: duty first, what was learned within and after it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from tongguan.advice.contracts import PastCase, UnitAdvice
from tongguan.dispatch.contracts import DispatchPlan, UnitRef
from tongguan.kernel.certainty import percent
from tongguan.people.contracts import UnitInfo

MOST: Final = 3
_BASES: Final = {
    "ruling": "裁定先例",
    "list": "权责清单",
    "rule": "派遣规则",
    "first_contact": "首接负责",
    "territorial": "属地负责",
    "backstop": "中心兜底",
}
#: What decides by duty; the others only say who stands in.
_DUTY: Final = frozenset({"ruling", "list", "rule"})


def ranked(
    plan: DispatchPlan,
    shares: Sequence[tuple[str, float]],
    units: Mapping[str, UnitInfo],
    past: Sequence[PastCase],
) -> tuple[UnitAdvice, ...]:
    """Give at most three units, the likeliest first.

    The plan's unit has the plan's confidence; what the model learned (code, share) ranks those that the duty
    names too, and shares what the plan leaves open among the others.
    """
    learned = {code: share for code, share in shares if code in units}
    named: dict[str, UnitRef] = {ref.code: ref for ref in (plan.lead, *plan.co) if ref is not None}
    found = []
    for code in dict.fromkeys((*named, *learned)):
        ref, share = named.get(code), learned.get(code, 0.0)
        lead = plan.lead is not None and code == plan.lead.code
        score = plan.confidence if lead else share * (1.0 - plan.confidence)
        name = ref.name if ref is not None else units[code].name
        found.append(
            UnitAdvice(
                unit_id=ref.id if ref is not None else units[code].id,
                code=code,
                name=name,
                score=round(score, 4),
                allowed=ref is not None and plan.basis in _DUTY,
                reasons=_reasons(plan, ref, share, name, past, lead=lead),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.score, not one.allowed, one.code))[:MOST])


def _reasons(
    plan: DispatchPlan, ref: UnitRef | None, share: float, name: str, past: Sequence[PastCase], *, lead: bool
) -> tuple[str, ...]:
    lines = []
    if ref is not None:
        part = "主办" if lead else "协办"
        law = f"（{plan.legal_basis}）" if plan.legal_basis else ""
        lines.append(f"{_BASES.get(plan.basis, '派遣依据')}列为{part}单位{law}")
    elif plan.basis in _DUTY:
        lines.append("权责清单、规则未列此单位，改派须说明理由")
    if share:
        lines.append(f"历史上同类描述有 {percent(share)} 由其办理")
    solved = [one.number for one in past if one.unit_name == name]
    if solved:
        lines.append("办结过相似案件：" + "、".join(solved))
    return tuple(lines)
