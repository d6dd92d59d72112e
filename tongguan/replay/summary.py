# SPDX-License-Identifier: Apache-2.0
"""The report of a run: as JSON to keep, and in Chinese to read."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from tongguan.replay.checking import Findings
from tongguan.replay.mapping import Source
from tongguan.replay.records import Unusable

STATES: Final[Mapping[str, str]] = {
    "reported": "待受理",
    "pending_register": "待立案",
    "pending_verify": "核实中",
    "not_accepted": "不予受理",
    "pending_dispatch": "待派遣",
    "returned": "被回退",
    "pending_handle": "待处置",
    "handling": "处置中",
    "handle_finish": "待部门确认",
    "pending_check": "待核查",
    "checking": "核查中",
    "pending_close": "待结案",
    "closed": "已结案",
    "quarantined": "已隔离",
    "waiting": "待分诊",
    "opened": "已建案",
    "joined": "并入同案",
}
STAGES: Final[Mapping[str, str]] = {
    "accept": "受理",
    "register": "立案",
    "verify": "核实",
    "dispatch": "派遣",
    "handle": "处置",
    "check": "核查",
    "close": "结案",
}
_SHOWN: Final = 20


def summary(
    source: Source, findings: Findings, unusable: Sequence[Unusable], run: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the whole report as plain values. ``run`` holds rows, moves, seconds, database, seed."""
    seconds = float(run["seconds"]) or 1e-9
    return {
        "source": source.name,
        "title": source.title,
        **run,
        "rows_per_second": round(run["rows"] / seconds, 1),
        "moves_per_second": round(run["moves"] / seconds, 1),
        "states": dict(sorted(findings.states.items())),
        "overdue": findings.overdue,
        "deadlines_compared": findings.deadlines,
        "recorded_deadlines_compared": findings.recorded_due,
        "repeated": findings.repeated,
        "stages": {stage: _spread(findings.waits[stage]) for stage in STAGES if findings.waits.get(stage)},
        "quarantined": dict(findings.quarantined),
        "refused": dict(findings.refused),
        "unusable": [asdict(row) for row in unusable],
        "mismatches": [asdict(wrong) for wrong in findings.mismatches],
    }


def _spread(hours: Sequence[float]) -> dict[str, float | int]:
    ordered = sorted(hours)
    ninth = ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]
    return {
        "cases": len(ordered),
        "median_hours": round(statistics.median(ordered), 3),
        "p90_hours": round(ninth, 3),
    }


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Say the report in Chinese, line by line."""
    yield f"回放 {report['title']}（{report['source']}，{report['database']}，种子 {report['seed']}）"
    yield (
        f"  记录 {report['rows']} 条（重复上报 {report['repeated']}，无法使用 {len(report['unusable'])}），"
        f"办理动作 {report['moves']} 次，用时 {report['seconds']:.1f} 秒，"
        f"每秒 {report['rows_per_second']} 条、{report['moves_per_second']} 个动作"
    )
    counted = "，".join(f"{STATES.get(state, state)} {n}" for state, n in report["states"].items())
    yield f"  状态：{counted or '无'}；处置超期 {report['overdue']} 件"
    for stage, spread in report["stages"].items():
        yield (
            f"  {STAGES[stage]}：{spread['cases']} 件，中位 {spread['median_hours']:.2f} 小时，"
            f"九成 {spread['p90_hours']:.2f} 小时"
        )
    for title, key in (("隔离", "quarantined"), ("被拒", "refused")):
        for why, number in report[key].items():
            yield f"  {title} {number} 条：{why}"
    for row in report["unusable"][:_SHOWN]:
        yield f"  第 {row['row']} 行无法使用：{row['why']}"
    yield (
        f"  与逐分钟参照比对期限 {report['deadlines_compared']} 个，"
        f"与来源期限比对 {report['recorded_deadlines_compared']} 个，不符 {len(report['mismatches'])} 处"
    )
    for wrong in report["mismatches"][:_SHOWN]:
        said = f"应为 {wrong['expected']}，实为 {wrong['found']}"
        yield f"  不符 {wrong['external_id']} {wrong['kind']}：{said}"
