# SPDX-License-Identifier: Apache-2.0
"""Photos of the demo city, drawn: what is wrong in a street, and the same street when it has been put right.

Each scene has a seed of its own, so that two of them never look alike to the prints of pictures; before and
after are one street. Pure: the same scene is always the same picture.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from PIL import Image

from tongguan.demo.street import ROAD, Colour, Street

VIEWS: Final = 3
#: What an item's name tells of its matter; the first that fits.
_TOLD: Final = (
    ("manhole", ("井盖", "箅子", "井")),
    ("water", ("积水", "污水", "漏水", "排水", "河", "管道")),
    ("lamp", ("灯", "配电", "电")),
    ("tree", ("树", "绿", "花", "草")),
    ("parking", ("停", "车辆", "车")),
    ("stall", ("摊", "店外", "经营", "烧烤", "占道", "广告", "悬挂")),
    ("rubbish", ("垃圾", "渣土", "废", "堆", "脏", "洁", "粪", "料")),
    ("pothole", ("路面", "道路", "坑", "破损", "人行道", "桥")),
)
_OTHERWISE: Final = "railing"
#: Where the matter lies: on the road; else on the pavement.
_GAZE: Final = MappingProxyType(
    {
        "pothole": (1.4, 6.4),
        "manhole": (1.9, 5.8),
        "tree": (1.6, 8.0),
        "lamp": (ROAD - 0.8, 8.0),
        "water": (1.3, 9.0),
        "railing": (ROAD - 0.6, 7.6),
    }
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen, from which standpoint, and whether it has been put right."""

    kind: str
    view: int
    solved: bool


def kind_of(item: str) -> str:
    """Give the kind of scene that shows a matter, by the item's name."""
    return next((kind for kind, words in _TOLD if any(word in item for word in words)), _OTHERWISE)


def scenes() -> Iterator[Scene]:
    """Give every scene, before and after."""
    for kind in KINDS:
        for view in range(VIEWS):
            yield Scene(kind, view, solved=False)
            yield Scene(kind, view, solved=True)


def draw(scene: Scene) -> Image.Image:
    """Draw a scene, 480 × 360 pixels."""
    side = 1 if scene.view % 2 else -1
    across, away = _GAZE.get(scene.kind, (ROAD + 1.0, 8.0))
    street = Street(_SEEDS[scene.kind][scene.view], (side * across, away))
    _DRAWN[scene.kind](street, side, solved=scene.solved)
    return street.shot()


def _pothole(street: Street, side: int, *, solved: bool) -> None:
    across, away = side * 1.4, 6.4
    if solved:
        street.flat(
            [(across - 1.5, 5.4), (across + 1.5, 5.4), (across + 1.5, 7.8), (across - 1.5, 7.8)], (50, 50, 54)
        )
        return
    street.flat(street.patch(across, away, (1.45, 1.3), 0.22), (128, 122, 112))
    street.flat(street.patch(across, away, (1.15, 1.0), 0.25), (40, 36, 34))
    street.flat(street.patch(across + 0.1, away - 0.2, (0.6, 0.4), 0.2), (92, 84, 74))
    for turn in street.rng.uniform(0, 2 * np.pi, 7):
        end = (across + 2.6 * np.cos(turn), 0.0, away + 2.2 * np.sin(turn))
        street.line([(across + 1.1 * np.cos(turn), 0, away + np.sin(turn)), end], 0.035, (38, 36, 36))


def _manhole(street: Street, side: int, *, solved: bool) -> None:
    across, away = side * 1.7, 5.6
    street.flat(street.patch(across, away, (0.86, 0.86)), (120, 118, 114))
    if solved:
        street.flat(street.patch(across, away, (0.72, 0.72)), (66, 66, 70))
        for gap in (-0.4, -0.13, 0.13, 0.4):
            street.line([(across - 0.5, 0, away + gap), (across + 0.5, 0, away + gap)], 0.05, (108, 108, 112))
        return
    street.flat(street.patch(across, away, (0.72, 0.72)), (10, 10, 12))
    street.flat(street.patch(across, away + 0.28, (0.5, 0.36)), (58, 50, 44))
    street.flat(street.patch(across + 1.7, away + 0.9, (0.7, 0.7)), (74, 72, 74))


def _rubbish(street: Street, side: int, *, solved: bool) -> None:
    across, away = side * (ROAD + 1.5), 8.2
    if solved:
        street.upright((across - 0.45, across + 0.45, 0, 1.2), away, (46, 104, 72))
        street.upright((across - 0.52, across + 0.52, 1.2, 1.34), away, (36, 84, 58))
        return
    colours: tuple[Colour, ...] = (
        (52, 54, 60), (196, 196, 190), (58, 92, 150), (170, 60, 52), (150, 130, 90), (40, 40, 44),
    )  # fmt: skip
    for height in (0.25, 0.7, 1.1):
        for _ in range(int(11 - 6 * height)):
            x = across + float(street.rng.normal(0, 1.15 - 0.6 * height))
            size = float(street.rng.uniform(0.3, 0.52))
            colour = colours[int(street.rng.integers(len(colours)))]
            street.blob(x, height, away, (size, size * 0.8), colour)
            street.line([(x, height + size * 0.7, away), (x + 0.08, height + size * 1.1, away)], 0.06, colour)
    for _ in range(16):
        x, z = across + float(street.rng.normal(0, 1.7)), away - float(street.rng.uniform(0.3, 2.4))
        street.flat(street.patch(x, z, (0.16, 0.1), 0.3), colours[int(street.rng.integers(len(colours)))])


def _tree(street: Street, side: int, *, solved: bool) -> None:
    root = side * (ROAD + 1.3)
    if solved:
        street.upright((root - 0.3, root + 0.3, 0, 0.35), 8.5, (128, 98, 66))
        street.flat(street.patch(root, 8.3, (0.9, 0.7), 0.1), (118, 96, 70))
        return
    street.line([(root, 0.3, 8.6), (-side * 1.6, 0.5, 7.6)], 0.5, (92, 68, 48))
    for _ in range(46):
        x = -side * float(street.rng.normal(2.0, 1.35))
        up = abs(float(street.rng.normal(0.7, 0.5)))
        shade = float(street.rng.uniform(0.6, 1.2))
        green: Colour = (int(66 * shade), int(116 * shade), int(56 * shade))
        street.blob(x, up, 7.4 + float(street.rng.uniform(-0.6, 0.6)), (0.42, 0.34), green)
    for _ in range(7):
        tip = (root + side * float(street.rng.uniform(-0.2, 0.9)), float(street.rng.uniform(0.2, 1.2)), 8.9)
        street.line([(root, 0.25, 8.6), tip], 0.1, (84, 62, 44))


def _lamp(street: Street, side: int, *, solved: bool) -> None:
    foot, away = side * (ROAD + 0.6), 8.0
    if solved:
        street.lamp(foot, away, 3.6, lit=True)
        return
    bent = [
        (foot, 0, away),
        (foot, 2.2, away),
        (foot - side * 1.5, 3.3, away),
        (foot - side * 2.3, 2.0, away),
    ]
    street.line(bent, 0.16, (126, 130, 134))
    street.line([(foot - side * 2.05, 2.3, away), (foot - side * 2.6, 1.3, away)], 0.34, (196, 200, 204))
    for drop in (0.2, 0.5):
        street.line(
            [(foot - side * 2.4, 1.6, away), (foot - side * (2.4 + drop), 0.3, away)], 0.03, (20, 20, 22)
        )
    for _ in range(14):
        x, z = foot - side * float(street.rng.normal(2.4, 0.5)), float(street.rng.uniform(6.6, 8.2))
        street.flat(street.patch(x, z, (0.09, 0.06), 0.3), (226, 234, 238))


def _parking(street: Street, side: int, *, solved: bool) -> None:
    middle, away = side * (ROAD + 1.1), 7.6
    if solved:
        for k in range(5):
            z = 5.0 + k * 1.1
            street.flat(
                [(side * 4.3, z), (side * 4.5, z), (side * 6.6, z + 0.9), (side * 6.4, z + 0.9)],
                (236, 196, 60),
            )
        return
    paints: tuple[Colour, ...] = ((176, 40, 40), (216, 218, 222), (44, 74, 130), (40, 42, 46))
    paint = paints[int(street.rng.integers(len(paints)))]
    street.flat(
        [(middle - 1.0, 7.2), (middle + 1.0, 7.2), (middle + 1.0, 8.4), (middle - 1.0, 8.4)], (36, 36, 38)
    )
    for x in (middle - 0.66, middle + 0.66):
        street.upright((x - 0.13, x + 0.13, 0, 0.5), away, (22, 22, 24))
    street.upright((middle - 0.92, middle + 0.92, 0.32, 0.98), away, paint)
    roof = [(middle - 0.78, 0.98), (middle + 0.78, 0.98), (middle + 0.58, 1.52), (middle - 0.58, 1.52)]
    street.pen.polygon([street.at(x, up, away) for x, up in roof], fill=street.lit(paint, 0.85))
    glass = [(middle - 0.66, 1.02), (middle + 0.66, 1.02), (middle + 0.5, 1.44), (middle - 0.5, 1.44)]
    street.pen.polygon([street.at(x, up, away) for x, up in glass], fill=street.lit((70, 92, 112)))
    for x in (middle - 0.72, middle + 0.72):
        street.upright((x - 0.15, x + 0.15, 0.68, 0.86), away, (226, 76, 58))
    street.upright((middle - 0.28, middle + 0.28, 0.46, 0.62), away, (58, 96, 190))


def _stall(street: Street, side: int, *, solved: bool) -> None:
    middle, away = side * (ROAD + 1.5), 7.8
    if solved:
        street.flat(street.patch(middle, away - 0.2, (1.2, 0.7), 0.08), (160, 152, 142))
        return
    street.upright((middle - 1.3, middle + 1.3, 0.35, 0.95), away, (176, 112, 62))
    for x in (middle - 0.95, middle + 0.95):
        street.blob(x, 0.28, away, (0.28, 0.28), (30, 30, 32))
    fruit: tuple[Colour, ...] = ((226, 96, 42), (206, 40, 46), (118, 168, 58), (236, 196, 60))
    for k, x in enumerate(np.linspace(middle - 1.1, middle + 1.1, 8)):
        for up in (1.05, 1.2):
            street.blob(float(x), up, away, (0.16, 0.13), fruit[k // 2])
    street.line([(middle, 0.9, away), (middle, 2.5, away)], 0.07, (206, 206, 206))
    for k in range(6):
        left, right = middle - 1.7 + k * 3.4 / 6, middle - 1.7 + (k + 1) * 3.4 / 6
        colour: Colour = (206, 50, 50) if k % 2 else (240, 236, 226)
        rim = [street.at(left, 2.25, away), street.at(right, 2.25, away), street.at(middle, 3.0, away)]
        street.pen.polygon(rim, fill=street.lit(colour))
    seller = middle + side * 1.75
    street.upright((seller - 0.24, seller + 0.24, 0.7, 1.35), away, (52, 84, 130))
    street.upright((seller - 0.2, seller + 0.2, 0, 0.7), away, (48, 48, 56))
    street.blob(seller, 1.52, away, (0.15, 0.18), (216, 172, 140))


def _water(street: Street, side: int, *, solved: bool) -> None:
    middle = side * 1.3
    if solved:
        street.flat(street.patch(middle, 7.6, (2.0, 1.6), 0.2), (66, 68, 74))
        grate = side * (ROAD - 0.5)
        street.flat(
            [(grate - 0.4, 6.2), (grate + 0.4, 6.2), (grate + 0.4, 7.2), (grate - 0.4, 7.2)], (34, 34, 38)
        )
        return
    tint = tuple(int(0.45 * a + 0.55 * b) for a, b in zip(street.light.below, (84, 116, 146), strict=True))
    pool: Colour = (tint[0], tint[1], tint[2])
    street.flat(street.patch(middle, 9.5, (4.6, 5.6), 0.09), pool)
    bright: Colour = (min(255, pool[0] + 42), min(255, pool[1] + 42), min(255, pool[2] + 42))
    for _ in range(22):
        x, z = middle + float(street.rng.uniform(-3.2, 3.2)), float(street.rng.uniform(5.4, 13.5))
        half = float(street.rng.uniform(0.2, 0.8))
        street.line([(x - half, 0, z), (x + half, 0, z + 0.05)], 0.05, bright)
    for size in (0.5, 0.85, 1.2):
        ring = street.patch(middle, 6.8, (size, size * 0.8))
        street.line([(x, 0, z) for x, z in [*ring, ring[0]]], 0.04, bright)


def _railing(street: Street, side: int, *, solved: bool) -> None:
    edge = side * (ROAD - 0.1)
    for k in range(8):
        near = 4.6 + k * 1.6
        fallen = not solved and k in (1, 2, 3)
        lean = (-side * 1.2, 0.25) if fallen else (0.0, 1.1)
        for z in (near, near + 0.8, near + 1.6):
            street.line([(edge, 0, z), (edge + lean[0], lean[1], z)], 0.09, (232, 236, 238))
        for part in (0.55, 1.0):
            x, up = edge + lean[0] * part, lean[1] * part
            street.line([(x, up, near), (x, up, near + 1.6)], 0.09, (62, 108, 176))


#: Chosen so that no two scenes look alike (proved by the tests).
_SEEDS: Final = MappingProxyType(
    {
        kind: tuple(1_315 + 1_001 * n + 37 * view for view in range(VIEWS))
        for n, kind in enumerate(
            ("pothole", "manhole", "rubbish", "tree", "lamp", "parking", "stall", "water", "railing")
        )
    }
)
_DRAWN: Final = MappingProxyType[str, Callable[..., None]](
    {
        "pothole": _pothole,
        "manhole": _manhole,
        "rubbish": _rubbish,
        "tree": _tree,
        "lamp": _lamp,
        "parking": _parking,
        "stall": _stall,
        "water": _water,
        "railing": _railing,
    }
)
KINDS: Final = tuple(_DRAWN)
