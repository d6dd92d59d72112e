# SPDX-License-Identifier: Apache-2.0
"""PDF, and pictures of charts, by typst. Texts go in as JSON, never as markup: none can act as one."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from tongguan.documents.flow import Drawing, Flow, Grid, Heading, Item, Paragraph
from tongguan.kernel.errors import Unavailable

if find_spec("typst") is not None:
    import typst

_TEMPLATE: Final = Path(__file__).parent / "document.typ"
_PICTURES: Final = b"""
#set page(width: auto, height: auto, margin: 0pt)
#for one in json(bytes(sys.inputs.told)) [#page(image(bytes(one), format: "svg"))]
"""
#: Families by their use, the first that is there is taken; the last lines are those a free system has.
_BODY: Final = ("FangSong", "FangSong_GB2312", "STFangsong", "Noto Serif CJK SC", "Noto Serif SC",
                "Source Han Serif SC", "Songti SC", "SimSun")  # fmt: skip
_HEAD: Final = ("SimHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC",
                "Microsoft YaHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")  # fmt: skip
_PPI: Final = 192.0


def pdf(flow: Flow) -> bytes:
    """Give the PDF. Raises Unavailable where typst or a Chinese font is missing, naming what to install."""
    body, head = families()
    told = {
        "issuer": flow.issuer, "kind": flow.kind, "title": flow.title, "state": flow.signs.state,
        "date": flow.signs.signed_on or flow.date, "reviewed": flow.signs.reviewed_by,
        "signed": flow.signs.signed_by, "notes": list(flow.notes), "body": body, "head": head,
        "items": [_told(one) for one in flow.items],
    }  # fmt: skip
    return _compiled(_TEMPLATE.read_bytes(), told, "pdf")[0]


def pictures(drawings: Sequence[str]) -> list[bytes]:
    """Give SVG drawings as PNG pictures. Raises Unavailable."""
    families()
    return _compiled(_PICTURES, list(drawings), "png") if drawings else []


def families() -> tuple[str, str]:
    """Give the families for text and headings. Raises Unavailable with what to install."""
    if find_spec("typst") is None:
        raise Unavailable(
            "document.typst", "未安装排版组件，请执行 pip install 'tongguan[reports]'；网页版不受影响",
            "install the extra 'reports' for PDF and DOCX; the page needs nothing",
        )  # fmt: skip
    known = frozenset(_fonts().families())
    body, head = _first(_BODY, known), _first(_HEAD, known)
    if not body and not head:
        raise Unavailable(
            "document.fonts",
            "系统没有中文字体，请安装 fonts-noto-cjk（Debian/Ubuntu）或 google-noto-cjk-fonts；网页不受影响",
            "no Chinese font: install fonts-noto-cjk; the page needs nothing",
        )
    return body or head, head or body


@cache
def _fonts() -> Any:
    return typst.Fonts()


def _first(wanted: Iterable[str], known: frozenset[str]) -> str:
    return next((one for one in wanted if one in known), "")


def _compiled(source: bytes, told: Any, form: Literal["pdf", "png"]) -> list[bytes]:
    words = {"told": json.dumps(told, ensure_ascii=False)}
    try:
        made = typst.compile(
            source, format=form, ppi=_PPI, font_paths=_fonts(), sys_inputs=words, timestamp=0
        )
    except typst.TypstError as error:
        raise Unavailable("document.typesetting", f"排版失败：{error}"[:300], str(error)[:300]) from error
    return made if isinstance(made, list) else [made]


def _told(item: Item) -> dict[str, Any]:
    if isinstance(item, Heading):
        return {"is": f"h{item.level}", "text": item.text}
    if isinstance(item, Paragraph):
        return {"is": "p", "text": "".join(text for text, _ in item.runs)}
    if isinstance(item, Drawing):
        return {"is": "draw", "caption": item.caption, "svg": item.svg}
    return _grid(item)


def _grid(grid: Grid) -> dict[str, Any]:
    rows = [[text for text, _ in row] for row in grid.rows]
    return {"is": "grid", "caption": grid.caption, "heads": list(grid.heads), "rows": rows}
