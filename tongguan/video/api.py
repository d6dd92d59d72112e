# SPDX-License-Identifier: Apache-2.0
"""Verbs of video: register cameras, judge findings, turn the automatic pass off and on."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import numpy as np
from django.utils import timezone

from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.geometry import cells_of
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import audit, transactions
from tongguan.tellings.checks import check_coordinates, check_text
from tongguan.video import queries
from tongguan.video.contracts import CameraIn, FindingInfo, FindingState
from tongguan.video.kinds import declared
from tongguan.video.models import Camera, Finding, Switch

SOURCE: Final = "video"
MOST_CAMERAS: Final = 1_000
#: GB/T 28181: 20 digits, of which the 11th to 13th tell the kind of device: 131 camera, 132 network camera.
_GB: Final = re.compile(r"\d{10}13[12]\d{7}")
_URL: Final = re.compile(r"rtsps?://[^\s/@]+(/\S*)?")
_SETTLED: Final = (FindingState.ACCEPTED, FindingState.REJECTED)


def register_cameras(actor: Actor, told: Sequence[CameraIn]) -> int:
    """Register cameras, or change those whose code is known; all or none. Gives how many.

    Raises Forbidden without the post 系统管理员, NotFound outside of the divisions, Invalid naming the field.
    """
    if actor != PLATFORM and Post.SYSADMIN not in actor.scope.posts():
        raise Forbidden(
            "camera.not_your_post", zh="只有系统管理员可以登记摄像机", en="only a system administrator may"
        )
    if not 1 <= len(told) <= MOST_CAMERAS:
        raise Invalid(
            "camera.many", zh=f"一次 1 到 {MOST_CAMERAS} 台", en="too many or none", field="cameras"
        )
    if len({one.code for one in told}) < len(told):
        raise Invalid("camera.twice", zh="编号重复", en="a code comes twice", field="cameras")
    for number, one in enumerate(told):
        _check_camera(actor, one, f"cameras.{number}")
    lons, lats = (np.array([getattr(one, axis) for one in told], float) for axis in ("lon", "lat"))
    found, cells = places.locate(lons, lats), cells_of(lons, lats)
    rows = [
        Camera(
            code=one.code, name=one.name.strip(), gb_id=one.gb_id, url=one.url, lon=one.lon, lat=one.lat,
            cell=int(cells[n]), division=one.division, grid=found.grid[n],
            unit_id=one.unit_id, active=one.active,
        )
        for n, one in enumerate(told)
    ]  # fmt: skip
    with transactions.atomic():
        _check_known(actor, told)
        Camera.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=[
                "name",
                "gb_id",
                "url",
                "lon",
                "lat",
                "cell",
                "division",
                "grid",
                "unit",
                "active",
            ],
        )
        audit.record_many(
            actor, "camera.register", [(f"camera:{one.code}", {"name": one.name}) for one in told]
        )
    return len(rows)


def accept(actor: Actor, finding_id: UUID, note: str = "") -> FindingInfo:
    """Find it right: it becomes a report like any other telling, with its picture and place.

    One that went through by itself is confirmed. Raises NotFound, Forbidden, Invalid, Conflict (judged).
    """
    check_text(note, "note", 500)
    with transactions.atomic():
        row = _claimed(actor, finding_id, FindingState.ACCEPTED, note)
        if row.report_id is None:
            row.report_id = intake.receive(_sender(row), _told(row)).report_id
            row.save(update_fields=["report_id"])
        audit.record(actor, "finding.accept", f"finding:{row.pk}", {"report": str(row.report_id)})
        return queries.finding(actor, finding_id)


def reject(actor: Actor, finding_id: UUID, reason: str, note: str = "") -> FindingInfo:
    """Find it wrong, for a reason from the list; one that went through by itself is overruled so.

    The report of an overruled one stays: its case is voided by the usual move. Raises as ``accept``.
    """
    check_text(note, "note", 500)
    known = declared().reasons.get(reason)
    if known is None:
        raise Invalid(
            "finding.reason", zh="原因应从列表中选择", en="choose a reason of the list", field="reason"
        )
    with transactions.atomic():
        row = _claimed(actor, finding_id, FindingState.REJECTED, note)
        row.reason, row.wrong = reason, known.wrong
        row.save(update_fields=["reason", "wrong"])
        audit.record(actor, "finding.reject", f"finding:{row.pk}", {"reason": reason, "note": note.strip()})
        return queries.finding(actor, finding_id)


def switch(actor: Actor, camera: str, kind: str, *, off: bool, reason: str) -> None:
    """Turn the automatic pass of a camera off, or back to what the book says; ``kind`` "" is every kind.

    Raises Forbidden without the post 值班长, NotFound, Invalid.
    """
    check_text(reason, "reason", 500)
    if not reason.strip():
        raise Invalid("video.reason", zh="请写明原因", en="say why", field="reason")
    if kind and kind not in declared().kinds:
        raise Invalid("finding.kind", zh="没有声明此类别", en="no such kind is declared", field="kind")
    if actor != PLATFORM and Post.DUTY_CHIEF not in actor.scope.posts():
        raise Forbidden("video.not_your_post", zh="只有值班长可以开关自动通过", en="only a duty chief may")
    with transactions.atomic():
        row = Camera.objects.filter(code=camera).first()
        if row is None or not (actor == PLATFORM or actor.scope.covers(row.division, Post.DUTY_CHIEF)):
            raise NotFound("camera.unknown", zh="没有这台摄像机", en="no such camera", field="camera")
        Switch.objects.create(
            camera=row, kind=kind, off=off, reason=reason.strip(), by=actor.name, at=clock.now()
        )
        told = {"kind": kind, "off": off, "reason": reason.strip()}
        audit.record(actor, "video.switch", f"camera:{camera}", told)


def let_through(rows: Sequence[Finding]) -> None:
    """Tell the reports of findings that go through by themselves; one that intake refuses waits after all."""
    by_client: dict[str, list[Finding]] = {}
    for row in rows:
        by_client.setdefault(row.client, []).append(row)
    for mine in by_client.values():
        for row, answer in zip(
            mine, intake.receive_many(_sender(mine[0]), [_told(r) for r in mine]), strict=True
        ):
            if answer.receipt is None:
                row.state, row.words = FindingState.WAITING, str(answer.refusal)[:300]
            else:
                row.report_id = answer.receipt.report_id
    Finding.objects.bulk_update(rows, ["state", "words", "report_id"])
    audit.record_many(
        PLATFORM, "finding.pass", [(f"finding:{r.pk}", {"why": r.words}) for r in rows if r.report_id]
    )


def _claimed(actor: Actor, finding_id: UUID, state: FindingState, note: str) -> Finding:
    """Judge it, if nobody did before. Of two reviewers one wins, the other is told who."""
    row = queries.row_of(actor, finding_id, lock=True)
    mine = {
        "state": state,
        "note": note.strip(),
        "reviewed_key": actor.key,
        "reviewed_by": actor.name,
        "reviewed_at": clock.now(),
    }
    if Finding.objects.filter(pk=row.pk).exclude(state__in=_SETTLED).update(**mine) != 1:
        raise Conflict(
            "finding.judged", zh=f"{row.reviewed_by or '他人'}已复核", en="somebody has judged it already"
        )
    row.refresh_from_db()
    return row


def _sender(row: Finding) -> Actor:
    """Give who tells the report: the system that sent the finding."""
    return replace(PLATFORM, key=row.client, name="视频")


def _told(row: Finding) -> ReportIn:
    kind, camera = declared().kinds.get(row.kind), row.camera
    title = kind.title if kind else row.kind
    times = f"，共 {row.count} 次" if row.count > 1 else ""
    at = timezone.localtime(row.seen_at).strftime("%Y-%m-%d %H:%M")
    return ReportIn(
        source=SOURCE,
        external_id=f"finding:{row.pk}",
        title=f"{title}（{camera.name}）"[:200],
        text=f"摄像机 {camera.name}（{camera.code}）于 {at} 发现{title}，置信度 {row.score:.2f}{times}。"
        + (f"\n录像：{row.clip}" if row.clip else ""),
        item_code=kind.item if kind else "",
        lon=camera.lon,
        lat=camera.lat,
        address=camera.name,
        division=camera.division,
        grid=camera.grid,
        told_at=row.seen_at,
        attachments=(row.picture,) if row.picture else (),
    )


def _check_camera(actor: Actor, told: CameraIn, where: str) -> None:
    for field, longest in (("code", 64), ("name", 100), ("url", 300)):
        check_text(getattr(told, field), f"{where}.{field}", longest, line=True)
    for field in ("code", "name"):
        if not getattr(told, field).strip():
            raise Invalid("camera.empty", zh="不能为空", en="must not be empty", field=f"{where}.{field}")
    if told.gb_id and not _GB.fullmatch(told.gb_id):
        raise Invalid(
            "camera.gb_id",
            zh="国标编号应为 20 位数字，第 11 至 13 位为 131 或 132",
            en="20 digits, the 11th to 13th 131 or 132",
            field=f"{where}.gb_id",
        )
    if told.url and not _URL.fullmatch(told.url):
        raise Invalid(
            "camera.url", zh="应为不含账号密码的 rtsp 地址", en="an rtsp address without a password",
            field=f"{where}.url",
        )  # fmt: skip
    check_coordinates(told.lon, told.lat, "WGS84")
    if not _covers(actor, told.division) or told.division not in places.divisions([told.division]):
        raise NotFound(
            "division.unknown", zh="没有这个区划", en="no such division", field=f"{where}.division"
        )
    if told.unit_id is not None and not people.units([told.unit_id]):
        raise NotFound("unit.unknown", zh="没有这个机构", en="no such unit", field=f"{where}.unit_id")


def _covers(actor: Actor, division: str) -> bool:
    return actor == PLATFORM or actor.scope.covers(division, Post.SYSADMIN)


def _check_known(actor: Actor, told: Sequence[CameraIn]) -> None:
    wanted = {one.gb_id: one.code for one in told if one.gb_id}
    taken = dict(Camera.objects.filter(gb_id__in=wanted).values_list("gb_id", "code"))
    codes = [one.code for one in told]
    there = Camera.objects.filter(code__in=codes).values_list("code", "division")
    far = next((code for code, division in there if not _covers(actor, division)), None)
    if far is not None:
        raise Conflict(
            "camera.elsewhere", zh="编号已由其他区划登记", en="another division has it", field="code"
        )
    clash = next((gb for gb, code in taken.items() if wanted[gb] != code), None)
    if clash is not None or len(wanted) < sum(1 for one in told if one.gb_id):
        raise Invalid("camera.gb_id", zh="国标编号已登记", en="the number is registered", field="gb_id")


__all__ = ["MOST_CAMERAS", "accept", "let_through", "register_cameras", "reject", "switch"]
