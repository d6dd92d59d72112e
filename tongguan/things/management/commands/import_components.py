# SPDX-License-Identifier: Apache-2.0
"""``tongguan import_components FILE``: components by the million, resumable."""

import csv
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.kernel.errors import Refusal
from tongguan.kernel.tabular import csv_rows, open_text
from tongguan.people.contracts import PLATFORM
from tongguan.things import api
from tongguan.things.models import ImportRefusal

_MAPPING = {"old": ("code_2013", "old", "旧类码"), "new": ("class_code", "new", "新类码")}
_SHOWN = 20


class Command(BaseCommand):
    help = "导入部件（列名可用 GB/T 47678.5 标识 GLBJBSM、GLBJMC…，另需 lon, lat）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV 或 GeoJSON 行文件，可为 .gz")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--resume", action="store_true", help="从上次中断处继续")
        parser.add_argument("--crs", default="WGS84", help="坐标系：WGS84、GCJ02、BD09 或 CGCS2000")
        parser.add_argument("--zone", type=int, help="x、y 为 CGCS2000 高斯平面坐标时的带号")
        parser.add_argument("--classes", type=Path, help="2013 版类码对照 CSV，列：code_2013, class_code")
        parser.add_argument("--report", type=Path, help="拒收清单 CSV 的位置")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            report = api.import_components(
                PLATFORM,
                path,
                crs=options["crs"],
                zone=options["zone"],
                classes=_classes(options["classes"]) if options["classes"] else None,
                dry_run=options["dry_run"],
                resume=options["resume"],
                progress=lambda r: self.stderr.write(f"\r已读 {r.skipped + r.rows} 行", ending=""),
            )
        except Refusal as refusal:
            raise CommandError(refusal.zh) from refusal
        except OSError as error:
            message = f"无法读取 {path}：{error.strerror}"
            raise CommandError(message) from error
        self.stderr.write("")
        for fault in report.faults[:_SHOWN]:
            self.stderr.write(f"第 {fault.line} 行 {fault.field}：{fault.zh} [{fault.code}]")
        if report.refused:
            place = options["report"] or _default_place(path)
            _write(report, place)
            self.stderr.write(f"共拒收 {report.refused} 行，清单见 {place}")
        word = "试运行，未写入：" if report.dry_run else "已导入："
        self.stdout.write(
            f"{word}读 {report.rows} 行，新增 {report.created}，更新 {report.updated}，拒收 {report.refused}"
        )
        if report.rows and report.refused == report.rows:
            message = "没有一行可用，请核对列名与坐标系"
            raise CommandError(message)


def _classes(path: Path) -> dict[str, str]:
    with path.open("rb", buffering=0) as stream, open_text(stream) as text:
        return {row.get("old"): row.get("new") for row in csv_rows(text, _MAPPING)}


def _default_place(source: Path) -> Path:
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{source.name}.faults.csv"


def _write(report: api.ComponentImport, place: Path) -> None:
    rows: Any = ((f.line, f.field, f.code, f.zh, f.raw) for f in report.faults)
    if report.run_id is not None:
        stored = ImportRefusal.objects.filter(run_id=report.run_id).order_by("line")
        rows = stored.values_list("line", "field", "code", "text", "raw").iterator()
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("行", "字段", "错误码", "说明", "原文"))
        writer.writerows(rows)
