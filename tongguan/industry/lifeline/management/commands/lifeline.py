# SPDX-License-Identifier: Apache-2.0
"""``tongguan lifeline import FILE --code … --kind … --division …`` and ``lifeline list / faults / drop``.

``lifeline watch CODE FILE.inp GAUGES.csv`` watches a water network for leaks, ``leaks`` lists those
believed in, ``unwatch`` ends it.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongguan.industry.lifeline import api, leaks, packs, queries
from tongguan.industry.lifeline.contracts import FaultInfo
from tongguan.industry.lifeline.sources import Reading
from tongguan.kernel.errors import Refusal
from tongguan.leakage import api as leakage
from tongguan.leakage import queries as watched
from tongguan.leakage.contracts import QUIET_DAYS
from tongguan.people.contracts import PLATFORM

_SHOWN = 20


class Command(BaseCommand):
    help = "城市生命线：导入管网、列出、查看未采用的行、删除"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        take = verbs.add_parser("import", help="导入 EPANET .inp、GeoJSON 或 CSV")
        take.add_argument("file", type=Path)
        take.add_argument("--code", required=True, help="管网编号；同编号的管网被替换")
        take.add_argument("--name", required=True, help="管网名称")
        take.add_argument("--kind", required=True, help="gas、water、drainage、heat 或 tunnel")
        take.add_argument("--division", required=True, help="区划代码")
        take.add_argument("--crs", default="", help="坐标系：WGS84、GCJ02、BD09、CGCS2000 或 LOCAL")
        take.add_argument("--zone", type=int, help="CGCS2000 高斯-克吕格投影带，坐标为米")
        take.add_argument("--anchor", nargs=2, type=float, metavar=("经度", "纬度"), help="LOCAL 的原点")
        verbs.add_parser("list", help="列出管网")
        pack = verbs.add_parser("rules", help="把规则包写成草稿；未查到出处的限值待设定")
        pack.add_argument("--division", required=True, help="区划代码")
        watch = verbs.add_parser("watch", help="按水力模型和测点监视漏水，每日判断一次")
        watch.add_argument("code", help="已由同一份 .inp 导入的供水管网")
        watch.add_argument("file", type=Path, help="EPANET .inp")
        watch.add_argument("gauges", type=Path, help="测点表 CSV：类别、位置、数据流")
        for verb, words in (
            ("faults", "列出未采用的行及原因"),
            ("drop", "删除管网"),
            ("leaks", "列出判断出的漏点"),
            ("unwatch", "停止监视漏水"),
        ):
            verbs.add_parser(verb, help=words).add_argument("code")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.field}：{refusal.zh}" if refusal.field else refusal.zh) from refusal

    def _import(self, options: dict[str, Any]) -> None:
        if not options["file"].is_file():
            raise CommandError(f"file：没有文件 {options['file']}")
        anchor = tuple(options["anchor"]) if options["anchor"] else None
        reading = Reading(options["crs"], options["zone"], anchor)
        words = {name: options[name] for name in ("code", "name", "kind", "division")}
        done = api.import_network(PLATFORM, options["file"], **words, reading=reading)
        self._tell(done.faults[:_SHOWN])
        self.stdout.write(
            f"管网 {done.network}：节点 {done.nodes} 个，管段 {done.edges} 条，"
            f"共 {done.length_m / 1000:.1f} 千米，未采用 {len(done.faults)} 行"
        )

    def _list(self, options: dict[str, Any]) -> None:
        for one in queries.networks(PLATFORM):
            self.stdout.write(
                f"{one.code}\t{one.name}\t{one.kind}\t{one.nodes}\t{one.changed_at:%Y-%m-%d %H:%M}"
            )

    def _rules(self, options: dict[str, Any]) -> None:
        done = packs.install(PLATFORM, options["division"])
        for codes, words in (
            (done.written, "写成草稿"),
            (done.known, "已有"),
            (done.without, "没有可用的传感器"),
        ):
            for code in codes:
                self.stdout.write(f"{code}\t{words}")

    def _faults(self, options: dict[str, Any]) -> None:
        self._tell(queries.faults(options["code"]))

    def _drop(self, options: dict[str, Any]) -> None:
        api.drop_network(PLATFORM, options["code"])
        self.stdout.write(f"已删除管网 {options['code']}")

    def _watch(self, options: dict[str, Any]) -> None:
        for path in (options["file"], options["gauges"]):
            if not path.is_file():
                raise CommandError(f"file：没有文件 {path}")
        nodes = leaks.watch(PLATFORM, options["code"], options["file"], options["gauges"])
        self.stdout.write(
            f"已开始监视管网 {options['code']}：{nodes} 个节点，头 {QUIET_DAYS} 天用于学习平常状况"
        )

    def _leaks(self, options: dict[str, Any]) -> None:
        for one in watched.leaks(options["code"]):
            state = f"{one.ended} 起不再漏" if one.ended else "在漏"
            self.stdout.write(
                f"{one.number}\t{one.node}\t{one.flow:.1f} m³/h\t{one.since} 起\t{one.told_on} 报出\t{state}"
            )

    def _unwatch(self, options: dict[str, Any]) -> None:
        leakage.end(PLATFORM, options["code"])
        self.stdout.write(f"已停止监视管网 {options['code']}")

    def _tell(self, faults: Any) -> None:
        fault: FaultInfo
        for fault in faults:
            self.stdout.write(f"第 {fault.line} 行 {fault.field}：{fault.text}")
