# SPDX-License-Identifier: Apache-2.0
"""The store on DuckDB and Parquet: reading. Writing is in ``hot``, keeping house in ``upkeep``."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series import charts, schema, segments
from tongguan.series.contracts import MINUTE_MS, Chart, Rolled, Share
from tongguan.series.hot import Hot, View
from tongguan.series.upkeep import Upkeep


class DuckStore(Upkeep, Hot):
    """Implements ``spi.Store``."""

    def window(self, streams: NDArray[np.int64], begin: int, end: int) -> Frame:
        """Give all readings with ``begin <= at < end``, by stream and time; first ones before repeats."""
        share = self.share(streams, begin, end)
        return joined(share, streams, begin, end)

    def share(self, streams: NDArray[np.int64], begin: int, end: int) -> Share:
        """Give the unsealed part of a window and the sealed files that hold the rest."""
        with self._view() as view:
            which = self._which(view, streams, begin, end)
            found = view.cursor.execute(
                f"SELECT stream, ms, value, quality FROM raw WHERE {which} UNION ALL "
                f"SELECT stream, ms, value, quality FROM waiting WHERE {which}"
            ).fetchnumpy()
            files = view.files(self.folder, streams, begin, end, self.plan)
        return Share(segments.in_order(segments.frame_of(found)), tuple(files))

    def _which(self, view: View, streams: NDArray[np.int64], begin: int, end: int, column: str = "ms") -> str:
        view.cursor.register("wanted", {"stream": streams})
        return f"{column} >= {int(begin)} AND {column} < {int(end)} AND {segments.chosen(streams)}"

    def aggregate(self, streams: NDArray[np.int64], begin: int, end: int, step: int) -> Rolled:
        """Sum up by spans of ``step`` ms, a whole number of minutes. Raises ValueError for another step."""
        if step <= 0 or step % MINUTE_MS:
            raise ValueError(f"step: a whole number of minutes is needed, not {step} ms")
        fits = [name for name, (size, _) in schema.LEVELS.items() if step % size == 0]
        with self._view() as view:
            usable = [name for name in fits if begin >= view.state[f"{name}_gone"]]
            return self._summed(view, streams, begin, end, (usable or fits)[-1], step)

    def _summed(
        self, view: View, streams: NDArray[np.int64], begin: int, end: int, level: str, step: int
    ) -> Rolled:
        zone = self.plan.zone_ms
        begin = (begin + zone) // step * step - zone
        end = -((-(end + zone)) // step) * step - zone
        which = self._which(view, streams, begin, end, "span")
        partial = "stream, span, n, low, high, total, last, last_ms, bits"
        sources, name = [f"SELECT {partial} FROM roll_{level} WHERE {which}"], level
        while (below := schema.LEVELS[name][1]) != "raw":
            since = f"number > {view.state[name]}"
            sources.append(f"SELECT {partial} FROM roll_{below} WHERE {which} AND {since}")
            name = below
        raw = self._which(view, streams, begin, end)
        tail = f"SELECT stream, ms, value, quality FROM raw WHERE {raw} AND number > {view.state['minute']}"
        sources.append(
            f"SELECT stream, {schema.span('ms', MINUTE_MS, zone)} AS span, {schema.SUMS} FROM ({tail} "
            f"UNION ALL SELECT stream, ms, value, quality FROM waiting WHERE {raw}) GROUP BY stream, span"
        )
        found = view.cursor.execute(
            f"SELECT stream, {schema.span('span', step, zone)} AS begun, {schema.MERGED} "
            f"FROM ({' UNION ALL '.join(sources)}) GROUP BY stream, begun ORDER BY stream, begun"
        ).fetchnumpy()
        return _rolled(found)

    def chart(self, stream: int, begin: int, end: int, pixels: int) -> Chart:
        """Give a stream's course in at most ``pixels`` columns. Raises ValueError for none of either."""
        if pixels < 1 or end <= begin:
            raise ValueError("pixels: at least one is needed, and an end behind the begin")
        streams = np.array([stream], np.int64)
        with self._view() as view:
            level = charts.level(
                begin, end, pixels, {n: view.state[f"{n}_gone"] for n in ("raw", *schema.LEVELS)}
            )
            if level != "raw":
                step = schema.LEVELS[level][0]
                rolled = self._summed(view, streams, begin, end, level, step)
                return charts.of_spans(rolled, step, begin, end, pixels)
        return charts.of_readings(self.window(streams, begin, end), begin, end, pixels)

    def after(self, number: int, limit: int) -> Iterator[tuple[int, Frame]]:
        """Give what was kept after ``number``, append by append, about ``limit`` readings, unsealed ones."""
        with self._view() as view:
            last = view.cursor.execute(
                f"SELECT max(number) FROM (SELECT number FROM raw WHERE number > {int(number)} "
                f"ORDER BY number LIMIT {int(limit)})"
            ).fetchall()[0][0]
            part = f"number > {int(number)} AND number <= {int(last)}" if last is not None else "false"
            found = view.cursor.execute(
                f"SELECT number, stream, ms, value, quality FROM raw WHERE {part} ORDER BY number, rowid"
            ).fetchnumpy()
            waiting = view.cursor.execute(
                f"SELECT number, stream, ms, value, quality FROM waiting WHERE number > {int(number)}"
                " ORDER BY number"
            ).fetchnumpy()
        left = limit
        for part_found in (found, waiting):
            numbers, frame = part_found["number"], segments.frame_of(part_found)
            edges = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist(), len(numbers)]
            for begin, end in pairwise(edges):
                if begin == end:
                    break
                if left <= 0:
                    return
                left -= end - begin
                yield int(numbers[begin]), frame.taken(np.arange(begin, end))


def joined(share: Share, streams: NDArray[np.int64], begin: int, end: int) -> Frame:
    """Put an owner's answer and the sealed files it names together; works in any process."""
    if not share.sealed:
        return share.hot
    sealed = segments.read(share.sealed, streams, begin, end)
    return segments.in_order(Frame.joined([sealed, share.hot])) if len(share.hot) else sealed


def _rolled(found: dict[str, Any]) -> Rolled:
    def real(name: str) -> NDArray[np.float64]:
        return np.ma.filled(found[name], np.nan).astype(np.float64, copy=False)

    count = np.ma.filled(found["n"], 0).astype(np.int64)
    return Rolled(
        np.asarray(found["stream"], np.int64),
        np.asarray(found["begun"], np.int64),
        count,
        real("low"),
        real("high"),
        np.where(count > 0, real("total") / np.maximum(count, 1), np.nan),
        real("last"),
        np.ma.filled(found["last_ms"], -1).astype(np.int64),
        np.asarray(found["bits"], np.uint16),
    )
