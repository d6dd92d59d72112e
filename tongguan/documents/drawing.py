# SPDX-License-Identifier: Apache-2.0
"""Charts and maps as SVG, drawn from a document's blocks alone. Pure.

Bars, a line with its ordinary range, heat by hour and weekday, areas and points. Every text is escaped, so
that no name can add a mark of its own.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from tongguan.documents.contracts import Shape
from tongguan.documents.wordsof import WEEKDAYS

WIDTH: Final = 720
_BLUE, _DEEP, _PALE, _GREY, _INK, _BAND = "#2f6fb3", "#0b3d74", "#dce8f5", "#8a94a0", "#1d2733", "#cfdeee"
_FONT: Final = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
)
_ROW: Final = 28
_TICKS: Final = 4
Block = Mapping[str, Any]


def clean(text: str) -> str:
    """Give a text without what XML cannot hold."""
    return "".join(
        one if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff" and not "\ud800" <= one <= "\udfff")
        else "\ufffd"
        for one in text
    )  # fmt: skip


def shapes(given: Iterable[Shape]) -> list[dict[str, Any]]:
    """Give outlines as a document keeps them, coordinates at about ten metres."""
    return [
        {"code": one.code, "name": one.name,
         "rings": [[[round(x, 4), round(y, 4)] for x, y in ring] for ring in one.rings]}
        for one in given
    ]  # fmt: skip


def svg(block: Block, texts: Mapping[str, str]) -> str:
    """Give a chart block's drawing; ``texts`` are the figures' texts by key."""
    draw = {"bar": _bars, "line": _line, "heat": _heat, "areas": _areas, "points": _points}[block["draw"]]
    body, height = draw(block, texts)
    title = escape(clean(str(block["title"])))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label={quoteattr(clean(str(block["title"])))}>'
        f"<title>{title}</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(body)}</svg>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, fill: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{_FONT}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(clean(text))}</text>'
    )


def _short(text: str, most: int = 11) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _values(rows: Sequence[Block]) -> list[float]:
    return [float(row["value"] or 0.0) for row in rows]


def _bars(block: Block, texts: Mapping[str, str]) -> tuple[list[str], int]:
    rows = block["rows"]
    if not rows:
        return _empty()
    most = max([*_values(rows), 1e-9])
    left, room = 170, WIDTH - 170 - 110
    body = []
    for number, row in enumerate(rows):
        y = 12 + number * _ROW
        wide = max(1.0, float(row["value"] or 0.0) / most * room)
        body.append(_text(left - 10, y + 15, _short(str(row["name"])), anchor="end"))
        body.append(f'<rect x="{left}" y="{y}" width="{wide:.1f}" height="20" rx="2" fill="{_BLUE}"/>')
        body.append(_text(left + wide + 8, y + 15, texts[row["figure"]], fill=_DEEP))
    return body, 24 + len(rows) * _ROW


def _empty() -> tuple[list[str], int]:
    return [_text(WIDTH / 2, 36, "本期无数据", anchor="middle", fill=_GREY)], 60


def _scale(most: float) -> float:
    """Give a round number at or above ``most`` that four ticks divide well."""
    if most <= _TICKS:
        return float(_TICKS)
    size = 10 ** math.floor(math.log10(most / _TICKS))
    step = next(size * one for one in (1, 2, 2.5, 5, 10) if size * one * _TICKS >= most)
    return step * _TICKS


def _line(block: Block, texts: Mapping[str, str]) -> tuple[list[str], int]:
    rows = block["rows"]
    if not rows:
        return _empty()
    if len(rows) == 1:
        words = f"只有 {rows[0]['name']} 一天有数据，为{texts[rows[0]['figure']]}，不成走势"
        return [_text(WIDTH / 2, 36, words, anchor="middle", fill=_GREY)], 60
    left, right, top, low = 56, WIDTH - 24, 34, 250
    most = _scale(max([*_values(rows), *(float(row["high"] or 0.0) for row in rows)]))
    wide = (right - left) / max(1, len(rows) - 1)

    def at(number: int, value: float) -> str:
        return f"{left + number * wide:.1f},{low - value / most * (low - top):.1f}"

    body = []
    for tick in range(_TICKS + 1):
        y = low - tick / _TICKS * (low - top)
        body.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8ee"/>')
        body.append(_text(left - 8, y + 4, f"{most * tick / _TICKS:,.0f}", anchor="end", size=11, fill=_GREY))
    known = [n for n, row in enumerate(rows) if row["low"] is not None]
    if known:
        edge = [at(n, float(rows[n]["high"])) for n in known]
        edge += [at(n, float(rows[n]["low"])) for n in reversed(known)]
        body.append(f'<polygon points="{" ".join(edge)}" fill="{_BAND}"/>')
        body.append(f'<rect x="{right - 190}" y="8" width="14" height="10" fill="{_BAND}"/>')
        body.append(_text(right - 170, 17, "前四周同星期的正常范围", size=11, fill=_GREY))
    path = " ".join(at(n, value) for n, value in enumerate(_values(rows)))
    body.append(f'<polyline points="{path}" fill="none" stroke="{_BLUE}" stroke-width="2.2"/>')
    every = max(1, math.ceil(len(rows) / 15))
    for n, row in enumerate(rows):
        x, y = (float(one) for one in at(n, float(row["value"] or 0.0)).split(","))
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_BLUE}"/>')
        if (len(rows) - 1 - n) % every == 0:
            body.append(_text(x, y - 8, texts[row["figure"]], anchor="middle", size=11, fill=_DEEP))
            body.append(_text(x, low + 18, str(row["name"]), anchor="middle", size=11, fill=_GREY))
    return body, 280


def _heat(block: Block, _texts: Mapping[str, str]) -> tuple[list[str], int]:
    found = {str(row["key"]): float(row["value"] or 0.0) for row in block["rows"]}
    most = max([*found.values(), 1.0])
    left, top, wide, high = 56, 26, (WIDTH - 80) / 24, 24
    body = [
        _text(left + hour * wide + wide / 2, 18, str(hour), anchor="middle", size=11, fill=_GREY)
        for hour in range(24)
    ]
    for day, name in enumerate(WEEKDAYS):
        y = top + day * high
        body.append(_text(left - 10, y + 16, name, anchor="end", size=12))
        for hour in range(24):
            value = found.get(f"{day}-{hour}", 0.0)
            fill = _tint(value / most)
            x = left + hour * wide
            body.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide - 2:.1f}" height="{high - 2}" fill="{fill}"/>'
            )
            if value:
                ink = "#fff" if value / most > 0.5 else _DEEP  # noqa: PLR2004 - where white reads better
                body.append(
                    _text(x + wide / 2 - 1, y + 15, f"{value:.0f}", anchor="middle", size=10, fill=ink)
                )
    return body, top + 7 * high + 10


def _tint(share: float) -> str:
    """Give a colour from pale to deep blue."""
    low, high = (0xE8, 0xF0, 0xF9), (0x0B, 0x3D, 0x74)
    return "#" + "".join(
        f"{round(a + (b - a) * max(0.0, min(1.0, share))):02x}" for a, b in zip(low, high, strict=True)
    )


class _Ground:
    """Places degrees on the page, as wide as they are at this latitude."""

    def __init__(self, given: Sequence[Block], points: Sequence[tuple[float, float]]) -> None:
        spots = [spot for one in given for ring in one["rings"] for spot in ring] + [list(p) for p in points]
        self.known = bool(spots)
        xs, ys = [s[0] for s in spots] or [0.0], [s[1] for s in spots] or [0.0]
        self._west, self._north = min(xs), max(ys)
        self._squeeze = math.cos(math.radians((min(ys) + max(ys)) / 2))
        wide = max((max(xs) - min(xs)) * self._squeeze, 1e-6)
        high = max(max(ys) - min(ys), 1e-6)
        self._factor = min((WIDTH - 40) / wide, 380 / high)
        self._left = (WIDTH - wide * self._factor) / 2
        self.height = round(high * self._factor) + 24

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return (
            self._left + (lon - self._west) * self._squeeze * self._factor,
            12 + (self._north - lat) * self._factor,
        )

    def path(self, rings: Sequence[Sequence[Sequence[float]]]) -> str:
        return " ".join(
            "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(*spot) for spot in ring)) + " Z"
            for ring in rings
        )

    def middle(self, rings: Sequence[Sequence[Sequence[float]]]) -> tuple[float, float]:
        spots = [self.at(*spot) for spot in max(rings, key=len)]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _areas(block: Block, texts: Mapping[str, str]) -> tuple[list[str], int]:
    if not block["shapes"]:
        return _bars(block, texts)
    ground = _Ground(block["shapes"], [])
    rows = {row["key"]: row for row in block["rows"]}
    most = max([*_values(block["rows"]), 1e-9])
    body, names = [], []
    for one in block["shapes"]:
        row = rows.get(one["code"])
        share = float(row["value"] or 0.0) / most if row else 0.0
        body.append(
            f'<path d="{ground.path(one["rings"])}" fill="{_tint(share)}" stroke="#fff" stroke-width="1.5"/>'
        )
        x, y = ground.middle(one["rings"])
        ink = "#fff" if share > 0.5 else _INK  # noqa: PLR2004 - where white reads better
        names.append(_text(x, y - 2, _short(str(one["name"]), 8), anchor="middle", size=12, fill=ink))
        if row:
            names.append(_text(x, y + 14, texts[row["figure"]], anchor="middle", size=12, fill=ink))
    return body + names, ground.height


def _points(block: Block, texts: Mapping[str, str]) -> tuple[list[str], int]:
    rows = [row for row in block["rows"] if "@" in str(row["key"])]
    spots = [tuple(float(part) for part in str(row["key"]).partition("@")[2].split(",")) for row in rows]
    ground = _Ground(block["shapes"], [(x, y) for x, y in spots])
    if not ground.known:
        return _empty()
    most = max([*_values(rows), 1e-9])
    body = [
        f'<path d="{ground.path(one["rings"])}" fill="{_PALE}" stroke="#fff" stroke-width="1.5"/>'
        for one in block["shapes"]
    ]
    for row, (lon, lat) in reversed(list(zip(rows, spots, strict=True))):
        x, y = ground.at(lon, lat)
        size = 6 + 14 * math.sqrt(float(row["value"] or 0.0) / most)
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="#c8472b" fill-opacity="0.72"/>')
        body.append(_text(x, y + 4, texts[row["figure"]], anchor="middle", size=11, fill="#fff"))
    return body, ground.height
