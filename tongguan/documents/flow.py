# SPDX-License-Identifier: Apache-2.0
"""A document as it is read from top to bottom: what the page, the Word file and the PDF are all made from.

All three print these same texts and nothing else, so that no number can differ between them. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongguan.documents.drawing import clean, svg
from tongguan.documents.wordsof import ordinal


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs of text; a run with a figure's key is a number."""

    runs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with its caption."""

    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: cells are (text, figure's key); the last row is the sum."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]


Item = Heading | Paragraph | Drawing | Grid


@dataclass(frozen=True, slots=True)
class Signs:
    """Who stands for it, as far as it has come; empty before."""

    state: str
    reviewed_by: str = ""
    signed_by: str = ""
    signed_on: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole: letterhead, title, items, and the notes below the line."""

    issuer: str
    kind: str
    title: str
    date: str
    signs: Signs
    items: tuple[Item, ...]
    notes: tuple[str, ...]


_KINDS = {"daily": "日报", "weekly": "周报", "monthly": "月报", "topic": "专题报告", "after": "复盘报告"}


def flow(document: Mapping[str, Any], wordings: Mapping[str, Any], digest: str, signs: Signs) -> Flow:
    """Lay a document out; ``wordings`` are sentences' pieces as people worded them, by the sentence's key."""
    figures = document["figures"]
    texts = {key: clean(str(one["text"])) for key, one in figures.items()}
    items: list[Item] = []
    drawn = tables = 0
    for block in document["blocks"]:
        if block["kind"] == "heading":
            items.append(Heading(block["level"], clean(block["text"])))
        elif block["kind"] == "paragraph":
            runs = [(clean(block["lead"]), "")] if block["lead"] else []
            for sentence in block["sentences"]:
                runs += [_run(piece, texts) for piece in wordings.get(sentence["key"], sentence["pieces"])]
            items.append(Paragraph(tuple(runs)))
        elif block["kind"] == "chart":
            drawn += 1
            unit = f"（单位：{clean(block['unit'])}）" if block["unit"] else ""
            items.append(Drawing(f"图{ordinal(drawn)}　{clean(block['title'])}{unit}", svg(block, texts)))
        else:
            tables += 1
            heads = (_corner(block["by"]), *(clean(one) for one in block["heads"]))
            rows = tuple(
                ((clean(row["name"]), ""), *((_cell(texts[key], figures[key]), key) for key in row["cells"]))
                for row in block["rows"]
            )
            items.append(Grid(f"表{ordinal(tables)}　{clean(block['title'])}", heads, rows))
    period = document["period"]
    return Flow(
        clean(document.get("issuer") or document["place"]),
        _KINDS.get(document["kind"], ""),
        clean(document["title"]),
        clean(period["zh"]),
        Signs(*map(clean, (signs.state, signs.reviewed_by, signs.signed_by, signs.signed_on))),
        tuple(items),
        (
            clean(f"数据截至{_minute(document['data_until'])}；“较上期”指与{period['before']}相比。"),
            "是否属正常波动，由此前同等长度各时段的离散程度检验得出（显著性水平5%）。",
            f"文中每个数字均可在统管平台打开其计入的案件。校验码 {digest[:16]}。",
        ),
    )


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _run(piece: str | Mapping[str, str], texts: Mapping[str, str]) -> tuple[str, str]:
    return (clean(piece), "") if isinstance(piece, str) else (texts[piece["figure"]], piece["figure"])


def _cell(text: str, figure: Mapping[str, Any]) -> str:
    """Give a number without the unit that its column's head tells."""
    unit = str(figure["unit"])
    return text.removesuffix(unit) if figure["view"] == "value" and unit != "%" else text


def _corner(by: str) -> str:
    return {"district": "区域", "street": "街镇", "item": "事项", "unit": "单位", "source": "来源"}.get(
        by, "项目"
    )
