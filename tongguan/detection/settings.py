# SPDX-License-Identifier: Apache-2.0
"""Checking the values of parameters against a detector's declaration. Pure."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tongguan.detection.contracts import Kind, Parameter, Problem, Settings, Slots
from tongguan.detection.spi import Detector


class UnusableError(ValueError):
    """The settings cannot be run; ``problems`` says why, in the order of the declaration."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems."""
        super().__init__("; ".join(f"{one.field}: {one.en}" for one in problems[:5]))
        self.problems = problems


def checked(detector: Detector, given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Give the settings with defaults filled in, and everything wrong with what was given.

    A value of None means *to be set*: nobody knows it yet, and the rule cannot be run.
    """
    settings: dict[str, Any] = {}
    declared = {one.name: one for one in detector.parameters}
    problems = [
        Problem(name, f"没有参数“{name}”", f"there is no parameter {name}")
        for name in given
        if name not in declared
    ]
    for name, parameter in declared.items():
        if name in given:
            if given[name] is None:
                problems.append(
                    Problem(name, f"{parameter.zh}待设定", f"{parameter.en} is to be set", unset=True)
                )
                continue
            problem = _wrong(parameter, given[name])
            if problem:
                problems.append(Problem(name, f"{parameter.zh}{problem[0]}", f"{parameter.en} {problem[1]}"))
            else:
                settings[name] = _plain(given[name])
        elif parameter.default is not None:
            settings[name] = parameter.default
        elif parameter.needed:
            problems.append(
                Problem(name, f"{parameter.zh}待设定", f"{parameter.en} is to be set", unset=True)
            )
    if not problems:
        problems.extend(detector.wrong(settings))
    return settings, tuple(problems)


def ready(detector: Detector, given: Mapping[str, Any]) -> Settings:
    """Give settings that can be run. Raises UnusableError when anything is wrong or still to be set."""
    settings, problems = checked(detector, given)
    if problems:
        raise UnusableError(problems)
    return settings


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _wrong(parameter: Parameter, value: Any) -> tuple[str, str] | None:
    if parameter.kind is Kind.TEXT:
        return None if isinstance(value, str) and value.strip() else ("应为文字", "must be text")
    if parameter.kind is Kind.CHOICE:
        known = isinstance(value, str) and value in parameter.choices
        listed = "、".join(parameter.choices)
        return (
            None if known else (f"应为其中之一：{listed}", f"must be one of {', '.join(parameter.choices)}")
        )
    if isinstance(value, np.ndarray):
        if not parameter.each:
            return "不能逐个对象设定", "cannot differ between subjects"
        numbers = value[np.isfinite(value)]
    elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "应为数", "must be a number"
    else:
        numbers = np.array([float(value)])
    if len(numbers) and not (numbers.min() >= parameter.low and numbers.max() <= parameter.high):
        span = f"{parameter.low:g} … {parameter.high:g}"
        return f"应在 {span} 之间", f"must be within {span}"
    return None


def per_slot(value: Any, slot: Slots) -> Any:
    """Give a setting for each of the slots: the one number of all, or its entries of an array."""
    return value[slot] if isinstance(value, np.ndarray) else value
