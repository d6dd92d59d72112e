# SPDX-License-Identifier: Apache-2.0
"""Pure: the simple physics of the simulator, each a documented equation over arrays.

Deliberately simple: good enough that readings of one cause hang together as they do in the street, and no
more. Nothing here is a design rule.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

GRAVITY: Final = 9.81
#: Sharp-edged orifice, textbook value.
DISCHARGE: Final = 0.62
#: Exponent of Hazen-Williams friction.
FRICTION: Final = 1.852
#: Lower explosive limit of methane in air, per cent by volume (lifeline.yaml, constants).
LEL_VOL: Final = 5.0


def orifice_m3h(diameter_m: ArrayLike, head_m: ArrayLike) -> Floats:
    """Give what leaves a hole: q = Cd · A · √(2 g h), m³/h."""
    area = np.pi * np.square(np.asarray(diameter_m, np.float64)) / 4
    head = np.maximum(np.asarray(head_m, np.float64), 0.0)
    return np.asarray(DISCHARGE * area * np.sqrt(2 * GRAVITY * head) * 3600)


def friction_m(flow: ArrayLike, nominal: ArrayLike, loss_m: ArrayLike) -> Floats:
    """Give head lost to friction, metres: loss at the nominal flow × (Q / Qn)^1.852."""
    share = np.maximum(np.asarray(flow, np.float64), 0.0) / np.asarray(nominal, np.float64)
    return np.asarray(np.asarray(loss_m, np.float64) * share**FRICTION)


def chamber_vol(seep_m3h: ArrayLike, volume_m3: ArrayLike, exchange_h: ArrayLike, hours: ArrayLike) -> Floats:
    """Give the gas share in a chamber, % by volume, so many hours after seepage began.

    Mass balance of a well-mixed space: dc/dt = q/V − (a + q/V) c, so c = q/(q + aV) · (1 − e^−(a+q/V)t).
    """
    q, v, a = (np.asarray(x, np.float64) for x in (seep_m3h, volume_m3, exchange_h))
    t = np.maximum(np.asarray(hours, np.float64), 0.0)
    rate = a + q / v
    return np.asarray(100.0 * (q / v) / rate * (1 - np.exp(-rate * t)))


def cleared_vol(vol: ArrayLike, exchange_h: ArrayLike, hours: ArrayLike) -> Floats:
    """Give what is left of a gas share after so many hours of air exchange: c e^−at."""
    t = np.maximum(np.asarray(hours, np.float64), 0.0)
    return np.asarray(np.asarray(vol, np.float64) * np.exp(-np.asarray(exchange_h, np.float64) * t))


def lel(vol: ArrayLike) -> Floats:
    """Give a methane share as % of the lower explosive limit, as far as the usual sensor reads (100)."""
    return np.asarray(np.minimum(np.asarray(vol, np.float64) / LEL_VOL * 100.0, 100.0))


def stored(inflow: Floats, outflow: Floats, begin: Floats) -> Floats:
    """Give what stands in stores after each step: S(k) = max(0, S(k−1) + in(k) − out(k)).

    Along the last axis; closed form (reflection): with the running sum C of what stays,
    S = begin + C − min(0, running minimum of begin + C).
    """
    run = begin[..., None] + np.cumsum(inflow - outflow, axis=-1)
    return np.asarray(run - np.minimum(np.minimum.accumulate(run, axis=-1), 0.0))


def daily(hour: ArrayLike) -> Floats:
    """Give how water use runs over the day around 1: low at night, peaks near 7:30 and 19:30."""
    h = np.asarray(hour, np.float64) % 24
    morning = np.exp(-(((h - 7.5 + 12) % 24 - 12) ** 2) / 5.0)
    evening = np.exp(-(((h - 19.5 + 12) % 24 - 12) ** 2) / 8.0)
    awake = 1 / (1 + np.exp(-(h - 6.3) / 0.35)) - 1 / (1 + np.exp(-(h - 22.3) / 0.35))
    return np.asarray(0.55 + 0.75 * morning + 0.65 * evening + 0.25 * awake)


def triangle(at: ArrayLike, begin: ArrayLike, lasting: ArrayLike) -> Floats:
    """Give a storm's shape over time: 0 outside, 2 at the middle, mean 1 over its length."""
    share = (np.asarray(at, np.float64) - np.asarray(begin)) / np.asarray(lasting)
    return np.asarray(np.where((share >= 0) & (share <= 1), 2 - np.abs(4 * share - 2), 0.0))
