# SPDX-License-Identifier: Apache-2.0
"""Templates in force: the newest wording of officials, else the shipped one (its version 1)."""

from functools import cache
from pathlib import Path
from typing import Final

from tongguan.briefings import measures
from tongguan.briefings.contracts import TemplateInfo
from tongguan.briefings.models import TemplateVersion
from tongguan.documents.api import Fault, Template, language
from tongguan.kernel.errors import Invalid, NotFound

_FOLDER: Final = Path(__file__).parent / "shipped"


def checked(text: str) -> Template:
    """Read a template. Raises Invalid ``briefing.template`` naming the place."""
    try:
        return language.read(text, measures.known())
    except Fault as fault:
        where = f"{fault.where}：" if fault.where else ""
        raise Invalid(
            "briefing.template", f"{where}{fault.zh}", str(fault), field="text", where=fault.where
        ) from fault


@cache
def shipped() -> dict[str, TemplateInfo]:
    """Give the shipped templates by code."""
    found = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        read = language.read(text, measures.known())
        found[read.code] = TemplateInfo(
            code=read.code, version=1, name=read.name, kind=read.kind, cadence=read.cadence.value,
            division="", text=text, note="", by_name="", at=None, shipped=True, asks=read.asks,
        )  # fmt: skip
    return found


def info(row: TemplateVersion) -> TemplateInfo:
    """Give a stored version as a frozen value."""
    return TemplateInfo(
        code=row.code, version=row.version, name=row.name, kind=row.kind, cadence=row.cadence,
        division=row.division, text=row.text, note=row.note, by_name=row.by_name, at=row.at, shipped=False,
        asks=checked(row.text).asks,
    )  # fmt: skip


def versions(code: str) -> list[TemplateInfo]:
    """Give every version of a code, the newest first. Raises NotFound."""
    found = [info(row) for row in TemplateVersion.objects.filter(code=code).order_by("-version")]
    found += [shipped()[code]] if code in shipped() else []
    if not found:
        raise NotFound("briefing.no_template", "没有这个模板", "no such template", field="template")
    return found


def in_force() -> list[TemplateInfo]:
    """Give the newest version of every code, by code; one statement."""
    newest = dict(shipped())
    for row in TemplateVersion.objects.order_by("code", "version"):
        newest[row.code] = info(row)
    return [newest[code] for code in sorted(newest)]


def named(code: str, version: int | None = None) -> TemplateInfo:
    """Give one version, the newest without. Raises NotFound."""
    for one in versions(code):
        if version in {None, one.version}:
            return one
    raise NotFound("briefing.no_version", "没有这个版本", "no such version", field="version")
