# SPDX-License-Identifier: Apache-2.0
"""``tongguan openapi FOLDER``: the interfaces' own documents, one file each."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongguan.doors.basemap.face import api as basemap
from tongguan.doors.citizen.face import api as citizen
from tongguan.doors.desk.face import api as desk
from tongguan.doors.field.face import api as field
from tongguan.doors.partner.face import api as partner
from tongguan.doors.wall.face import api as wall

FACES = {"desk": desk, "citizen": citizen, "field": field, "partner": partner, "map": basemap, "wall": wall}


class Command(BaseCommand):
    help = "把各接口的 OpenAPI 文档写入文件夹 / write the OpenAPI documents into a folder"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, face in FACES.items():
            text = json.dumps(face.get_openapi_schema(), ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
