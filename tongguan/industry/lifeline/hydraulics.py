# SPDX-License-Identifier: Apache-2.0
"""Hydraulics of a water network by EPANET through WNTR (the optional extra ``lifeline``).

Cubic metres an hour, metres of water, seconds. One solver stands open and is asked again and again with
other demands, so a state of a thousand nodes costs milliseconds.
"""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.errors import Invalid

Floats = NDArray[np.float64]

#: EPANET's own numbers for what is asked (epanet2_enums.h).
_BASE_DEMAND, _EMITTER, _TANK_LEVEL, _DEMAND, _PRESSURE = 1, 3, 8, 9, 11
_FLOW, _INITIAL_STATUS = 8, 4
_DURATION, _STEP, _PATTERN_STEP, _REPORT_STEP = 0, 1, 3, 5
#: Orifice flow of a hole: q = Cd · A · √(2 g h); Cd as WNTR has it.
DISCHARGE: Final = 0.75
_GRAVITY: Final = 9.81


def library() -> ModuleType:
    """Give WNTR, loaded when it is first asked for: it takes seconds and most cities never do.

    Raises Invalid (``lifeline.no_wntr``) saying how to install it when it is absent.
    """
    try:
        return import_module("wntr")
    except ImportError as error:
        raise Invalid(
            "lifeline.no_wntr",
            "读取 EPANET 模型需要 WNTR：请安装扩展，例如 uv sync --extra lifeline",
            "WNTR is needed: install the extra, e.g. uv sync --extra lifeline",
            field="file",
        ) from error


def hole_coefficient(diameter_m: float) -> float:
    """Give the emitter coefficient of a round hole: m³/h at one metre of pressure, exponent ½."""
    return DISCHARGE * np.pi * diameter_m**2 / 4 * float(np.sqrt(2 * _GRAVITY)) * 3600


def opened(path: Path) -> Any:
    """Give WNTR's model of an ``.inp`` file. Raises Invalid naming ``file`` when it is not one."""
    try:
        return library().network.WaterNetworkModel(str(path))
    except Invalid:
        raise
    except Exception as error:
        raise Invalid(
            "network.inp", f"不是可读的 EPANET 文件：{error}", f"not an EPANET file: {error}", field="file"
        ) from error


class Solver:
    """One EPANET project kept open; nodes and links by their names."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Open the ``.inp``; EPANET writes its report into ``folder``."""
        self._en: Any = library().epanet.toolkit.ENepanet(version=2.2)
        self._en.ENopen(str(path), str(folder / "epanet.rpt"), str(folder / "epanet.bin"))
        self._nodes: dict[str, int] = {}
        self._links: dict[str, int] = {}
        self._out = ctypes.c_double()
        self._en.ENopenH()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the project."""
        self._en.ENcloseH()
        self._en.ENclose()

    def nodes(self, names: Sequence[str]) -> list[int]:
        """Give EPANET's numbers of nodes."""
        for name in names:
            if name not in self._nodes:
                self._nodes[name] = self._en.ENgetnodeindex(name)
        return [self._nodes[name] for name in names]

    def links(self, names: Sequence[str]) -> list[int]:
        """Give EPANET's numbers of links."""
        for name in names:
            if name not in self._links:
                self._links[name] = self._en.ENgetlinkindex(name)
        return [self._links[name] for name in names]

    def demand(self, nodes: Sequence[int], values: Floats) -> None:
        """Set the demand of nodes, m³/h."""
        self._set(nodes, _BASE_DEMAND, values)

    def emit(self, nodes: Sequence[int], coefficients: Floats) -> None:
        """Set holes: m³/h at one metre of pressure (``hole_coefficient``)."""
        self._set(nodes, _EMITTER, coefficients)

    def tank(self, node: int, level_m: float) -> None:
        """Set a tank's level for the states that follow."""
        self._set([node], _TANK_LEVEL, np.array([level_m]))

    def shut(self, link: int) -> None:
        """Close a link for the states that follow."""
        self._en.ENsetlinkvalue(link, _INITIAL_STATUS, 0.0)

    def pressures(self, nodes: Sequence[int]) -> Floats:
        """Give pressures, metres, of the state solved last."""
        return self._get(self._en.ENlib.EN_getnodevalue, nodes, _PRESSURE)

    def outflows(self, nodes: Sequence[int]) -> Floats:
        """Give what leaves at nodes, demand and holes together, m³/h; at sources what enters, negative."""
        return self._get(self._en.ENlib.EN_getnodevalue, nodes, _DEMAND)

    def flows(self, links: Sequence[int]) -> Floats:
        """Give flows in links, m³/h, of the state solved last."""
        return self._get(self._en.ENlib.EN_getlinkvalue, links, _FLOW)

    def state(self) -> None:
        """Solve the one state that the settings describe, starting from the flows of the last one."""
        self._en.ENinitH(0)
        self._run()

    def period(self, seconds: int, step: int) -> Iterator[int]:
        """Solve a period; yields the second after each solved step, tanks filling and emptying on the way.

        Demands and holes may be set between the steps.
        """
        for code, value in ((_DURATION, seconds), (_STEP, step), (_PATTERN_STEP, step), (_REPORT_STEP, step)):
            self._en.ENsettimeparam(code, value)
        self._en.ENinitH(10)
        while True:
            yield self._run()
            if self._en.ENnextH() <= 0:
                return

    def _run(self) -> int:
        second = ctypes.c_long()
        code = self._en.ENlib.EN_runH(self._en._project, ctypes.byref(second))  # noqa: SLF001
        if code > _WARNINGS:
            raise ArithmeticError(f"EPANET error {code}")
        return second.value

    def _set(self, places: Sequence[int], what: int, values: Floats) -> None:
        call, project = self._en.ENlib.EN_setnodevalue, self._en._project  # noqa: SLF001
        for place, value in zip(places, values.tolist(), strict=True):
            call(project, ctypes.c_int(place), ctypes.c_int(what), ctypes.c_double(value))

    def _get(self, call: Any, places: Sequence[int], what: int) -> Floats:
        project, out = self._en._project, self._out  # noqa: SLF001
        found = np.empty(len(places))
        for n, place in enumerate(places):
            call(project, ctypes.c_int(place), ctypes.c_int(what), ctypes.byref(out))
            found[n] = out.value
        return found


#: Codes of EPANET up to here are remarks (unbalanced, negative pressure), beyond are errors.
_WARNINGS: Final = 99


def single_demands(model: Any) -> dict[str, dict[str, float]]:
    """Take the demands out of a WNTR model, m³/h by node and pattern, and leave one settable demand of 0."""
    taken: dict[str, dict[str, float]] = {}
    for name, node in model.junctions():
        shares: dict[str, float] = {}
        for one in node.demand_timeseries_list:
            if one.base_value:
                pattern = one.pattern_name or ""
                shares[pattern] = shares.get(pattern, 0.0) + one.base_value * 3600
        taken[name] = shares
        node.demand_timeseries_list.clear()
        node.add_demand(0.0, None)
    return taken


def levels_at(demands: Mapping[str, Mapping[str, float]], patterns: Sequence[str]) -> Floats:
    """Give base demands as an array, nodes × patterns, m³/h."""
    return np.array([[shares.get(pattern, 0.0) for pattern in patterns] for shares in demands.values()])
