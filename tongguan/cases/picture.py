# SPDX-License-Identifier: Apache-2.0
"""Pictures of a process: SVG for the desk and the documentation, Mermaid for text. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tongguan.cases.lifecycle import Move, Process

_COLUMN: Final = 210
_ROW: Final = 110
_WIDE: Final = 118
_HIGH: Final = 46
_MARGIN: Final = 60
_LEGEND: Final = 3
_LINE: Final = 21
_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>'
)
_STYLE: Final = """
text{font-family:system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;font-size:13px;fill:#1f2937}
.stage{font-size:12px;fill:#6b7280;text-anchor:middle}
.name{text-anchor:middle;dominant-baseline:central}
.edge{fill:none;stroke:#64748b;stroke-width:1.3}
.back{stroke:#c2410c;stroke-dasharray:5 3}
.end{stroke:#cbd5e1}
.label{font-size:11px;text-anchor:middle;dominant-baseline:central;fill:#334155;paint-order:stroke;stroke:#fff;stroke-width:5px}
.legend{font-size:12px;fill:#475569}
.state rect{fill:#eff6ff;stroke:#3b82f6}
.final rect{fill:#f3f4f6;stroke:#9ca3af}
.been rect{fill:#dbeafe}
.now rect{fill:#1d4ed8;stroke:#1e3a8a}
.now text{fill:#fff;font-weight:600}
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a state stands: column, row, and the middle of its box in pixels."""

    column: int
    x: float
    y: float


def svg(process: Process, current: str = "", been: Collection[str] = ()) -> str:
    """Give the process as an SVG document: a column per stage, ends on the right, numbered moves below.

    ``current`` is shown strong and ``been`` shaded; forward moves are full lines, returns dashed.
    """
    places, depth = _layout(process)
    width = (max(p.column for p in places.values()) + 1) * _COLUMN + _MARGIN
    below = depth * _ROW + _MARGIN + 40
    height = below + -(-len(process.moves) // _LEGEND) * _LINE + _MARGIN / 2
    numbers = {key: number for number, key in enumerate(process.moves, 1)}
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f"aria-label={quoteattr(process.name)}>"
    )
    parts = [opening, f"<style>{_STYLE}</style>", _TIP]
    columns = {process.states[key].stage: place for key, place in places.items()}
    for stage, place in columns.items():
        words = process.stages.get(stage, "结束")
        parts.append(f'<text class="stage" x="{place.x:g}" y="{_MARGIN / 2:g}">{escape(words)}</text>')
    for (frm, to), moves in _edges(process).items():
        marks = "·".join(str(numbers[move.id]) for move in moves)
        parts.append(_edge(places[frm], places[to], moves, marks, ends=process.states[to].final))
    parts += [_box(process, key, place, current, been) for key, place in places.items()]
    parts += _legend(process, numbers, width, below)
    return "\n".join([*parts, "</svg>\n"])


def _legend(process: Process, numbers: Mapping[str, int], width: float, top: float) -> list[str]:
    rows = -(-len(process.moves) // _LEGEND)
    lines = []
    for key, number in numbers.items():
        column, row = divmod(number - 1, rows)
        x = _MARGIN + column * (width - 2 * _MARGIN) / _LEGEND
        words = escape(f"{number} {process.moves[key].name}")
        told = escape(process.moves[key].note)
        y = top + row * _LINE
        lines.append(f'<text class="legend" x="{x:g}" y="{y:g}"><title>{told}</title>{words}</text>')
    return lines


def mermaid(process: Process, current: str = "") -> str:
    """Give the process as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {process.initial}"]
    lines += [f"    {key} : {_plain(state.name)}" for key, state in process.states.items()]
    for (frm, to), moves in _edges(process).items():
        lines.append(f"    {frm} --> {to} : {_plain('、'.join(m.name for m in moves))}")
    lines += [f"    {key} --> [*]" for key, state in process.states.items() if state.final]
    if current in process.states:
        lines += ["    classDef now fill:#1d4ed8,color:#fff", f"    class {current} now"]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    """Give a name without the marks that mean something in Mermaid."""
    return "".join(" " if sign in ':;"{}\n' else sign for sign in name)


def _layout(process: Process) -> tuple[dict[str, _Place], int]:
    """Put each stage's states into its column, in the table's order; final states into the last one."""
    used = [stage for stage in process.stages if any(s.stage == stage for s in process.states.values())]
    rows: dict[int, int] = {}
    places: dict[str, _Place] = {}
    for key, state in process.states.items():
        column = len(used) if state.final else used.index(state.stage)
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[key] = _Place(
            column,
            _MARGIN + column * _COLUMN + _WIDE / 2,
            _MARGIN + row * _ROW + (column % 2) * 28 + _HIGH / 2,
        )
    return places, max(rows.values())


def _edges(process: Process) -> dict[tuple[str, str], list[Move]]:
    """Give the moves that change the state, by where from and where to."""
    found: dict[tuple[str, str], list[Move]] = {}
    for move in process.moves.values():
        for frm in move.frm:
            for to in process.targets(move, frm):
                if to != frm:
                    found.setdefault((frm, to), []).append(move)
    return found


def _edge(frm: _Place, to: _Place, moves: list[Move], marks: str, *, ends: bool) -> str:
    half = _WIDE / 2
    if to.column > frm.column:
        kind = "end" if ends else ""
        start, stop = (frm.x + half, frm.y), (to.x - half - 2, to.y)
        bend = _COLUMN * 0.45
        one, two = (start[0] + bend, start[1]), (stop[0] - bend, stop[1])
    elif to.column == frm.column:
        kind = "" if to.y > frm.y else "back"
        side = half if to.y > frm.y else -half
        start, stop = (frm.x + side, frm.y), (to.x + side, to.y)
        wide = side * (0.35 + 0.3 * abs(to.y - frm.y) / _ROW)  # longer ones swing wider
        one, two = (start[0] + wide, start[1]), (stop[0] + wide, stop[1])
    else:
        kind = "back"
        drop = _HIGH / 2
        start, stop = (frm.x, frm.y + drop), (to.x, to.y + drop + 2)
        low = max(frm.y, to.y) + _ROW * 0.7 + (frm.column - to.column) * 6
        one, two = (start[0], low), (stop[0], low)
    x, y = ((a + 3 * b + 3 * c + d) / 8 for a, b, c, d in zip(start, one, two, stop, strict=True))
    path = f"M{start[0]:g} {start[1]:g}C{one[0]:g} {one[1]:g} {two[0]:g} {two[1]:g} {stop[0]:g} {stop[1]:g}"
    words = "" if kind == "end" else f'<text class="label" x="{x:g}" y="{y:g}">{marks}</text>'
    told = escape("\n".join(f"{move.name}：{move.note}" for move in moves))
    return f'<g><title>{told}</title><path class="edge {kind}" d="{path}" marker-end="url(#tip)"/>{words}</g>'


def _box(process: Process, key: str, place: _Place, current: str, been: Collection[str]) -> str:
    state = process.states[key]
    kinds = ["final" if state.final else "state"]
    kinds += ["now"] if key == current else ["been"] if key in been else []
    stays = [m.name for m in process.moves.values() if key in m.frm and process.targets(m, key) == (key,)]
    told = state.name + (f"（在此可：{'、'.join(stays)}）" if stays else "")
    return (
        f'<g class="{" ".join(kinds)}"><title>{escape(told)}</title>'
        f'<rect x="{place.x - _WIDE / 2:g}" y="{place.y - _HIGH / 2:g}" '
        f'width="{_WIDE}" height="{_HIGH}" rx="8"/>'
        f'<text class="name" x="{place.x:g}" y="{place.y:g}">{escape(state.name)}</text></g>'
    )
