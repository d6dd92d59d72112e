# SPDX-License-Identifier: Apache-2.0
"""Plans of call-backs, in versions, and the samples drawn by them."""

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as dispatch
from tongguan.intake import queries as reports
from tongguan.kernel import clock
from tongguan.kernel.certainty import z_of
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.places import queries as places
from tongguan.revisits import drawing, reach
from tongguan.revisits.contracts import PlanIn, TaskState
from tongguan.revisits.drawing import Whole
from tongguan.revisits.frame import DIMENSIONS, LEFT_OUT, Frame, frame_of, words_of
from tongguan.revisits.models import Cell, Draw, Handled, Plan, Task
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

ALLOCATIONS: Final = {"proportional": "按比例", "neyman": "奈曼最优"}
MOST: Final = 50_000
#: Each drawn case has this many of its stratum in reserve, as far as there are any.
_RESERVE: Final = 1
_CHUNK: Final = 2_000
_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
_WHOLE: Final = 2**64


def write(actor: Actor, told: PlanIn) -> Plan:
    """Write a plan or a new version of one. Raises Forbidden, Invalid naming the field, NotFound."""
    reach.must_hold(actor, *reach.KEEPERS)
    _check(told)
    if not reach.covers(actor, told.division, *reach.KEEPERS):
        raise Forbidden("plan.division", zh="不在您的辖区", en="outside of your divisions", field="division")
    if told.division and told.division not in places.divisions([told.division]):
        raise NotFound("division.unknown", zh="没有这个区划", en="no such division", field="division")
    if set(told.barred) - set(people.units(told.barred)):
        raise NotFound("unit.unknown", zh="有的机构不存在", en="some unit does not exist", field="barred")
    with atomic():
        newest = Plan.objects.select_for_update().filter(code=told.code).order_by("-version").first()
        if newest is not None and not reach.covers(actor, newest.division, *reach.KEEPERS):
            raise Conflict(
                "plan.elsewhere", zh="编号已由其他区划使用", en="another division has it", field="code"
            )
        row = Plan.objects.create(
            version=1 if newest is None else newest.version + 1,
            by_key=actor.key,
            by_name=actor.name,
            at=clock.now(),
            **{name: getattr(told, name) for name in PlanIn.__dataclass_fields__ if name not in _LISTS},
            **{name: list(getattr(told, name)) for name in _LISTS},
        )
        audit.record(actor, "revisit.plan", f"revisit_plan:{row.code}", {"version": row.version})
    return row


_LISTS: Final = ("strata", "barred")


def _check(told: PlanIn) -> None:
    faults = (
        ("code", not _CODE.fullmatch(told.code), "编号：小写字母开头，2 到 40 位", "letters, 2 to 40"),
        ("name", not 1 <= len(told.name.strip()) <= 100, "名称 1 到 100 字", "a name of 1 to 100 letters"),  # noqa: PLR2004
        ("reason", not 1 <= len(told.reason.strip()) <= 500, "请写明原因", "say why"),  # noqa: PLR2004
        (
            "strata",
            bool(set(told.strata) - set(DIMENSIONS)) or len(set(told.strata)) < len(told.strata),
            f"分层只能取：{'、'.join(DIMENSIONS.values())}，各一次",
            f"of {', '.join(DIMENSIONS)}, each once",
        ),
        ("allocation", told.allocation not in ALLOCATIONS, "没有这种分配方式", "no such allocation"),
        (
            "size",
            (told.size is None) == (told.half_width is None),
            "样本量与允许误差取其一",
            "size or half width",
        ),
        ("size", told.size is not None and not 1 <= told.size <= MOST, f"1 到 {MOST}", f"1 to {MOST}"),
        (
            "half_width",
            told.half_width is not None and not 0.005 <= told.half_width <= 0.5,  # noqa: PLR2004
            "允许误差 0.5% 到 50%",
            "0.005 to 0.5",
        ),
        ("level", not 0.5 <= told.level <= 0.999, "置信水平 50% 到 99.9%", "0.5 to 0.999"),  # noqa: PLR2004
        ("least", not 1 <= told.least <= 100, "每层至少 1 到 100 件", "1 to 100"),  # noqa: PLR2004
        ("attempts", not 1 <= told.attempts <= 20, "呼叫 1 到 20 次", "1 to 20"),  # noqa: PLR2004
        ("wait_hours", not 0 <= told.wait_hours <= 240, "间隔 0 到 240 小时", "0 to 240 hours"),  # noqa: PLR2004
    )
    for field, wrong, zh, en in faults:
        if wrong:
            raise Invalid(f"plan.{field}", zh=zh, en=en, field=field)


def plan_row(actor: Actor, code: str, version: int | None = None) -> Plan:
    """Give a version of a plan, the newest unless one is named. Raises NotFound."""
    rows = Plan.objects.filter(reach.within(actor, *reach.READERS), code=code).order_by("-version")
    row = (rows if version is None else rows.filter(version=version)).first()
    if row is None:
        raise NotFound("plan.unknown", zh="没有这个回访计划", en="no such plan")
    return row


def draw(actor: Actor, code: str, since: datetime, until: datetime, seed: int | None = None) -> Draw:
    """Draw a sample from the cases closed in [since, until) by the newest version of a plan.

    Without a seed one is drawn by lot; with the same seed, plan and cases it is the same sample. Raises
    Forbidden, NotFound, Invalid, Conflict (nobody to call, or fewer than there are strata).
    """
    reach.must_hold(actor, *reach.KEEPERS)
    if not since < until <= clock.now():
        raise Invalid("draw.period", zh="起止时间不对，且不能晚于现在", en="no such period", field="until")
    plan = plan_row(actor, code)
    if not reach.covers(actor, plan.division, *reach.KEEPERS):
        raise Forbidden("plan.division", zh="不在您的辖区", en="outside of your divisions")
    chosen = secrets.randbelow(2**31) if seed is None else seed
    before = Draw.objects.count()
    # A large city's population is read for seconds: not while other writers wait.
    frame = frame_of(actor, plan.strata, plan.division, since, until)
    if not frame.keys:
        raise Conflict(
            "draw.nobody", zh="这一时段没有可以回访的案件", en="nobody to call back", field="since"
        )
    sizes = np.bincount(frame.strata, minlength=len(frame.keys)).astype(np.int64)
    spreads, known = _spreads(plan, frame.keys)
    wanted = _wanted(plan, sizes, spreads)
    with atomic():
        if Draw.objects.count() != before:
            raise Conflict(
                "draw.meanwhile", zh="他人同时抽样，请再试一次", en="somebody else drew; try again"
            )
        row = _stored(actor, plan, frame, (sizes, wanted, spreads), (since, until), chosen, known)
        _tasks(row, frame, wanted, drawing.numbers_of(frame.ids, chosen))
        told = {"plan": f"{plan.code}/{plan.version}", "seed": chosen, "size": row.size}
        audit.record(actor, "revisit.draw", f"revisit_draw:{row.pk}", told)
    return row


def _wanted(plan: Plan, sizes: Whole, spreads: NDArray[np.float64]) -> Whole:
    population = int(sizes.sum())
    total = plan.size
    if total is None:
        total = drawing.size_for(plan.half_width or 0.5, population, z_of(plan.level))
    try:
        return drawing.allocated(
            sizes, min(total, MOST), spreads if plan.allocation == "neyman" else None, plan.least
        )
    except ValueError:
        raise Conflict(
            "draw.strata",
            zh=f"共 {len(sizes)} 层，样本 {total} 件不够每层一件；请减少分层或增加样本",
            en=f"{len(sizes)} strata but a sample of {total}",
            field="size",
        ) from None


def _spreads(plan: Plan, keys: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.float64], int]:
    """Give how much answers vary in each stratum by earlier draws of the plan; and by how many answers.

    A stratum nobody answered of varies as all together do; without any answers all alike, the most.
    """
    seen: dict[tuple[str, ...], list[int]] = {}
    draws = {d.pk: d for d in Draw.objects.filter(plan__code=plan.code, plan__strata=plan.strata)}
    rows = Task.objects.filter(draw_id__in=list(draws), state=TaskState.ANSWERED)
    for draw_id, stratum, solved in rows.values_list("draw_id", "stratum", "solved"):
        told = seen.setdefault(tuple(draws[draw_id].strata[stratum]["key"]), [0, 0])
        told[0] += 1
        told[1] += bool(solved)
    many, yes = (sum(told[n] for told in seen.values()) for n in (0, 1))
    overall = (yes + 1) / (many + 2)
    shares = [(seen[key][1] + 2 * overall) / (seen[key][0] + 2) if key in seen else overall for key in keys]
    share = np.array(shares, np.float64)
    return np.sqrt(share * (1 - share)), many


def _stored(
    actor: Actor,
    plan: Plan,
    frame: Frame,
    columns: tuple[Whole, Whole, NDArray[np.float64]],
    period: tuple[datetime, datetime],
    seed: int,
    known: int,
) -> Draw:
    sizes, wanted, spreads = columns
    strata = [
        {"key": list(key), "words": words, "population": int(n), "size": int(w), "spread": round(float(s), 4)}
        for key, words, n, w, s in zip(
            frame.keys, words_of(plan.strata, frame.keys), sizes, wanted, spreads, strict=True
        )
    ]
    return Draw.objects.create(
        plan=plan,
        division=plan.division,
        since=period[0],
        until=period[1],
        seed=seed,
        method=drawing.METHOD,
        population=int(sizes.sum()),
        size=int(wanted.sum()),
        strata=strata,
        left_out=frame.left_out,
        words=_words(plan, sizes, wanted, known, frame.left_out),
        by_key=actor.key,
        by_name=actor.name,
        at=clock.now(),
    )


def _words(plan: Plan, sizes: Whole, wanted: Whole, known: int, left_out: dict[str, int]) -> str:
    aim = (
        f"样本量 {plan.size} 件"
        if plan.half_width is None
        else f"允许误差 ±{plan.half_width:.1%}（置信水平 {plan.level:.0%}，按解决率 50% 从宽计算）"
    )
    spread = ""
    if plan.allocation == "neyman":
        spread = f"，各层差异取自此前 {known} 份回答" if known else "，此前没有回答，各层差异视为相同"
    without = "；".join(f"{LEFT_OUT[why]} {n} 件" for why, n in sorted(left_out.items())) or "无"
    by = "、".join(DIMENSIONS[one] for one in plan.strata) or "不分层"
    return (
        f"可回访 {int(sizes.sum())} 件，按{by}分 {len(sizes)} 层；{aim}，{ALLOCATIONS[plan.allocation]}分配"
        f"{spread}，每层至少 {plan.least} 件（不足则全取），共抽 {int(wanted.sum())} 件。未列入：{without}。"
    )


def _tasks(row: Draw, frame: Frame, wanted: Whole, numbers: drawing.Numbers) -> None:
    """Store the sample, its reserves and what each unit's answers stand for."""
    rows, ranks = drawing.ranked(frame.strata, numbers, wanted * (1 + _RESERVE))
    ids = [UUID(bytes=frame.ids[16 * n : 16 * n + 16]) for n in rows.tolist()]
    for begin in range(0, len(ids), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        _task_part(row, ids[part], frame.strata[rows[part]], ranks[part], numbers[rows[part]], wanted)
    pairs, counts = np.unique(np.stack([frame.strata, frame.units]), axis=1, return_counts=True)
    Cell.objects.bulk_create(
        (
            Cell(draw=row, stratum=int(stratum), unit_id=int(unit), population=int(count))
            for (stratum, unit), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
        ),
        batch_size=_CHUNK,
    )


def _task_part(
    row: Draw, ids: Sequence[UUID], strata: Whole, ranks: Whole, numbers: drawing.Numbers, wanted: Whole
) -> None:
    known = cases.cases_by_id(PLATFORM, ids)
    asked: dict[UUID, UUID] = {}
    for teller in reports.tellers(ids):
        if teller.has_phone:
            asked.setdefault(teller.case_id, teller.report_id)
    tasks = []
    for case_id, stratum, rank, number in zip(
        ids, strata.tolist(), ranks.tolist(), numbers.tolist(), strict=True
    ):
        case = known[case_id]
        chosen = rank < wanted[stratum]
        tasks.append(
            Task(
                draw=row,
                case_id=case_id,
                report_id=asked.get(case_id),
                division=case.division,
                item_code=case.item_code,
                unit_id=case.lead_unit_id or 0,
                closed_at=case.closed_at or row.until,
                stratum=stratum,
                rank=rank,
                chance=number / _WHOLE,
                state=TaskState.WAITING if chosen else TaskState.RESERVE,
                next_at=row.at if chosen else None,
            )
        )
    Task.objects.bulk_create(tasks, batch_size=500)
    Handled.objects.bulk_create(
        _handled(row.plan, tasks, [known[pk].lead_unit_path for pk in ids]), batch_size=_CHUNK
    )


def _handled(plan: Plan, tasks: Sequence[Task], leads: Sequence[str]) -> Iterable[Handled]:
    barred = {unit.path for unit in people.units(plan.barred).values()}
    parts = {task.case_id: {lead, *barred} for task, lead in zip(tasks, leads, strict=True)}
    for order in dispatch.orders_of(parts):
        if order.state != "returned":
            parts[order.case_id].add(order.unit_path)
    return [
        Handled(task=task, unit_path=path) for task in tasks for path in sorted(parts[task.case_id]) if path
    ]
