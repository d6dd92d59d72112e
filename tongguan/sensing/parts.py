# SPDX-License-Identifier: Apache-2.0
"""Where workers share the readings: frames go out to the bus, questions to the owners of the parts asked for.

Parts are asked over local sockets: all workers of a city's web processes run on their machine so far.
"""

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from tongguan.kernel.errors import Refusal
from tongguan.kernel.frames import Frame
from tongguan.sensing import owning
from tongguan.sensing.bus import Spreader
from tongguan.sensing.owner import unavailable
from tongguan.sensing.verbs import frame_of
from tongguan.series.api import part_of

#: Seconds that an owner may take to answer.
_PATIENCE: Final = 60.0
_lock = threading.Lock()
_spreaders: dict[tuple[int, str, int], Spreader] = {}


def spreader() -> Spreader:
    """Give this process's connection to the bus; a forked process makes its own."""
    with _lock:
        key = (os.getpid(), settings.NATS_URL, settings.READINGS_PARTS)
        if key not in _spreaders:
            _spreaders[key] = Spreader(settings.NATS_URL, settings.READINGS_PARTS)
        return _spreaders[key]


def ask(verb: str, *given: Any) -> Any:
    """Ask the owners of all parts that matter and put their answers together.

    All are asked, then Unavailable is raised when one did not answer, or the refusal of one.
    """
    if verb == "chart":
        part = int(part_of(np.array([given[0]], np.int64), settings.READINGS_PARTS)[0])
        return owning.elsewhere(owning.part_folder(part)).ask(verb, *given)
    if verb not in _TOGETHER:
        raise unavailable(f"{verb} is not there where workers share the readings")
    parts: list[tuple[int, tuple[Any, ...]]] = [(n, given) for n in range(settings.READINGS_PARTS)]
    if verb in _BY_STREAM:
        streams: NDArray[np.int64] = given[0]
        mine = part_of(streams, settings.READINGS_PARTS)
        parts = [(n, (streams[mine == n], *given[1:])) for n in np.unique(mine).tolist()]
    asked: list[Future[Any]] = []
    refused: list[Refusal] = []
    for part, what in parts:
        try:
            asked.append(owning.elsewhere(owning.part_folder(part)).send(verb, *what))
        except Refusal as refusal:
            refused.append(refusal)
    answers = []
    for future in asked:
        try:
            answers.append(future.result(_PATIENCE))
        except Refusal as refusal:
            refused.append(refusal)
        except TimeoutError:
            refused.append(unavailable(f"{verb}: the owner of a part does not answer"))
    if refused:
        raise refused[0]
    return _TOGETHER[verb](answers)


def _frames(answers: list[Any]) -> Frame:
    found = Frame.joined([frame_of(answer) for answer in answers])
    return found.taken(np.argsort(found.stream, kind="stable"))


def _shares(answers: list[Any]) -> dict[str, Any]:
    hot = Frame.joined([frame_of(answer["hot"]) for answer in answers])
    order = np.lexsort((hot.quality & 4, hot.at, hot.stream))
    plain = {name: getattr(hot.taken(order), name) for name in ("stream", "at", "value", "quality")}
    return {"hot": plain, "sealed": [name for answer in answers for name in answer["sealed"]]}


def _columns(answers: list[Any]) -> dict[str, Any]:
    if not answers:
        return {}
    joined = {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
    order = np.lexsort((joined["begin"], joined["stream"]))
    return {name: column[order] for name, column in joined.items()}


def _rows(answers: list[Any]) -> list[Any]:
    return [row for answer in answers for row in answer]


def _sums(answers: list[Any]) -> dict[str, Any]:
    numbers = {name: sum(one[name] for one in answers) for name in answers[0] if name != "trouble"}
    return numbers | {"trouble": "; ".join(filter(None, (one["trouble"] for one in answers)))}


def _receipts(answers: list[Any]) -> dict[str, Any]:
    return {name: sum(one[name] for one in answers) for name in answers[0]}


_BY_STREAM: Final = frozenset({"latest", "share", "aggregate", "readmit"})
_TOGETHER: Final[Mapping[str, Callable[[list[Any]], Any]]] = {
    "latest": _frames,
    "share": _shares,
    "aggregate": _columns,
    "aside": _rows,
    "floods": _rows,
    "condition": _sums,
    "readmit": _receipts,
}
