# SPDX-License-Identifier: Apache-2.0
"""A made-up street as a camera sees it: sky, houses, pavement, kerb, road, trees, lamps. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

WIDE, HIGH = 480, 360
#: Drawn twice as large and made smaller, which smooths the edges.
_FINE: Final = 2
_EYE: Final = 1.6
ROAD: Final = 4.2
PAVEMENT: Final = 7.4
_FAR: Final = 90.0

Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """A time of day: the sky above and at the horizon, how bright things are, whether lamps burn."""

    above: Colour
    below: Colour
    bright: float
    burning: bool


LIGHTS: Final = (
    Light((116, 168, 222), (214, 230, 242), 1.0, burning=False),  # noon
    Light((150, 158, 168), (202, 206, 208), 0.82, burning=False),  # overcast
    Light((86, 92, 148), (246, 176, 118), 0.7, burning=True),  # dusk
    Light((14, 20, 44), (48, 56, 88), 0.38, burning=True),  # night
    Light((168, 186, 216), (252, 222, 190), 0.86, burning=False),  # early morning
)
_WALLS: Final[tuple[Colour, ...]] = (
    (196, 178, 152), (172, 96, 78), (206, 202, 192), (150, 160, 170), (216, 192, 140), (128, 108, 96),
)  # fmt: skip


class Street:
    """A street and the camera in it; metres across (right is positive), up, and away from the camera."""

    def __init__(self, seed: int, gaze: Point) -> None:
        """Choose light, standpoint, houses and trees by the seed, and draw them.

        ``gaze``: where on the ground (across, away) the camera looks: that is near the picture's middle.
        """
        self.rng = np.random.default_rng(seed)
        self.light = LIGHTS[seed % len(LIGHTS)]
        self._size = (WIDE * _FINE, HIGH * _FINE)
        self.focus = float(self.rng.uniform(0.72, 1.15)) * self._size[0]
        self._level = float(self.rng.uniform(0.26, 0.5)) * self._size[1]
        self._stand = gaze[0] * float(self.rng.uniform(0.3, 0.8)) + float(self.rng.uniform(-0.8, 0.8))
        seen_at = float(self.rng.uniform(0.36, 0.64)) * self._size[0]
        self._middle = seen_at - self.focus * (gaze[0] - self._stand) / gaze[1]
        self.image = Image.new("RGB", self._size)
        self.pen = ImageDraw.Draw(self.image)
        self._sky()
        self._ground()
        for side in (-1, 1):
            self._houses(side)
        self._furniture()

    def shot(self) -> Image.Image:
        """Give the picture as the camera keeps it, with a little grain."""
        small = self.image.resize((WIDE, HIGH), Image.Resampling.BOX)
        grain = self.rng.normal(0, 3.0, (HIGH, WIDE, 1))
        return Image.fromarray(np.clip(np.asarray(small, np.float64) + grain, 0, 255).astype(np.uint8))

    def lit(self, colour: Colour, more: float = 1.0) -> Colour:
        """Give a colour in this light."""
        red, green, blue = (max(0, min(255, int(c * self.light.bright * more))) for c in colour)
        return red, green, blue

    def at(self, across: float, up: float, away: float) -> Point:
        """Give where a point in space is seen."""
        scale = self.focus / max(away, 0.4)
        return self._middle + scale * (across - self._stand), self._level + scale * (_EYE - up)

    def flat(self, points: Iterable[Point], colour: Colour) -> None:
        """Paint an area on the ground, given as (across, away)."""
        self.pen.polygon([self.at(x, 0, z) for x, z in points], fill=self.lit(colour))

    def upright(self, box: tuple[float, float, float, float], away: float, colour: Colour) -> None:
        """Paint an upright rectangle (left, right, bottom, top) that faces the camera."""
        left, right, bottom, top = box
        self.pen.rectangle((*self.at(left, top, away), *self.at(right, bottom, away)), fill=self.lit(colour))

    def blob(self, across: float, up: float, away: float, size: Point, colour: Colour) -> None:
        """Paint a rounded thing that faces the camera; ``size``: half its width and height."""
        (x0, y0) = self.at(across - size[0], up + size[1], away)
        (x1, y1) = self.at(across + size[0], up - size[1], away)
        self.pen.ellipse((x0, y0, x1, y1), fill=self.lit(colour))

    def line(self, points: Iterable[tuple[float, float, float]], thick: float, colour: Colour) -> None:
        """Paint a bar through points in space, ``thick`` metres."""
        seen = list(points)
        width = max(2, int(self.focus * thick / (sum(p[2] for p in seen) / len(seen))))
        self.pen.line([self.at(*p) for p in seen], fill=self.lit(colour), width=width, joint="curve")

    def patch(self, across: float, away: float, size: Point, rough: float = 0.0) -> list[Point]:
        """Give a round area on the ground as points (across, away), ragged by ``rough``."""
        turns = np.linspace(0, 2 * np.pi, 26, endpoint=False)
        reach = 1 + rough * self.rng.uniform(-1, 1, len(turns))
        xs = across + size[0] * reach * np.cos(turns)
        zs = away + size[1] * reach * np.sin(turns)
        return list(zip(xs.tolist(), zs.tolist(), strict=True))

    def _sky(self) -> None:
        wide, high = self._size
        part = np.clip(np.arange(high) / self._level, 0, 1)[:, None, None]
        above, below = np.array(self.light.above), np.array(self.light.below)
        rows = (above * (1 - part) + below * part).astype(np.uint8)
        self.image.paste(Image.fromarray(np.repeat(rows, wide, axis=1)))
        for _ in range(int(self.rng.integers(0, 4)) if self.light.bright > 0.5 else 0):  # noqa: PLR2004
            x, y = self.rng.uniform(0, wide), self.rng.uniform(0, self._level * 0.6)
            reach = self.rng.uniform(40, 130)
            for k in range(3):
                box = (x + (k - 1) * reach * 0.7, y, x + (k + 1) * reach * 0.7, y + reach * 0.35)
                self.pen.ellipse(box, fill=tuple(int(c * 0.4 + 150) for c in self.light.below))

    def _ground(self) -> None:
        near = 1.2
        self.flat([(-80, near), (80, near), (80, _FAR), (-80, _FAR)], (150, 146, 138))
        self.flat([(-PAVEMENT, near), (PAVEMENT, near), (PAVEMENT, _FAR), (-PAVEMENT, _FAR)], (176, 168, 158))
        for away in np.arange(2, 30, 1.5):
            for side in (-1, 1):
                self.line([(side * ROAD, 0, away), (side * PAVEMENT, 0, away)], 0.03, (150, 142, 132))
        self.flat([(-ROAD, near), (ROAD, near), (ROAD, _FAR), (-ROAD, _FAR)], (84, 86, 90))
        for side in (-1, 1):
            edge = side * ROAD
            self.flat(
                [(edge, near), (edge + side * 0.3, near), (edge + side * 0.3, _FAR), (edge, _FAR)],
                (206, 204, 198),
            )
        for away in np.arange(2.5, 60, 6.0):
            self.flat([(-0.08, away), (0.08, away), (0.08, away + 2.8), (-0.08, away + 2.8)], (226, 222, 206))

    def _houses(self, side: int) -> None:
        """Paint the fronts along one side, the far ones first; here and there a gap."""
        fronts, away = [], float(self.rng.uniform(3, 9))
        while away < _FAR:
            deep = float(self.rng.uniform(7, 20))
            if self.rng.random() < 0.82:  # noqa: PLR2004
                colour = _WALLS[int(self.rng.integers(len(_WALLS)))]
                fronts.append((away, away + deep, float(self.rng.choice([4, 7, 11, 18, 30])), colour))
            away += deep + float(self.rng.uniform(0, 3))
        for near, far, tall, colour in reversed(fronts):
            self._house(side, (near, far), tall, colour)

    def _house(self, side: int, span: Point, tall: float, colour: Colour) -> None:
        near, far = span
        edge, back = side * PAVEMENT, side * (PAVEMENT + 12)
        self.pen.polygon(
            [
                self.at(edge, 0, near),
                self.at(back, 0, near),
                self.at(back, tall, near),
                self.at(edge, tall, near),
            ],
            fill=self.lit(colour, 0.8),
        )
        self._front(edge, span, (0, tall), self.lit(colour, 0.96 if side > 0 else 1.08))
        glow: Colour = (250, 214, 130)
        for floor in np.arange(1.0, tall - 2, 3.2):
            for start in np.arange(near + 0.8, far - 1.2, 2.4):
                shines = self.light.burning and self.rng.random() < 0.45  # noqa: PLR2004
                pane = glow if shines else self.lit((92, 112, 132))
                self._front(edge, (start, start + 1.2), (floor, floor + 1.7), pane)

    def _front(self, edge: float, span: Point, heights: Point, colour: Colour) -> None:
        (near, far), (low, top) = span, heights
        corners = [(edge, low, near), (edge, top, near), (edge, top, far), (edge, low, far)]
        self.pen.polygon([self.at(*corner) for corner in corners], fill=colour)

    def _furniture(self) -> None:
        kind = int(self.rng.integers(3))  # trees on both sides, on one, or none
        sides = {0: (-1, 1), 1: (int(self.rng.choice([-1, 1])),), 2: ()}[kind]
        for away in np.arange(46, 9, -7.5):
            for side in sides:
                self.tree(side * 5.6, float(away), float(self.rng.uniform(3.6, 5.6)))
            self.lamp(4.9 if 1 not in sides else -4.9, float(away) + 3, lit=self.light.burning)

    def tree(self, across: float, away: float, tall: float) -> None:
        """Paint a standing tree."""
        self.line([(across, 0, away), (across, tall * 0.6, away)], 0.28, (96, 72, 52))
        for _ in range(9):
            dx, dy = self.rng.normal(0, tall * 0.16), self.rng.normal(0, tall * 0.12)
            shade = float(self.rng.uniform(0.75, 1.15))
            green: Colour = (int(72 * shade), int(118 * shade), int(62 * shade))
            self.blob(across + dx, tall * 0.78 + dy, away, (tall * 0.2, tall * 0.17), green)

    def lamp(self, across: float, away: float, tall: float = 6.0, *, lit: bool) -> None:
        """Paint a standing street lamp."""
        reach = -0.9 if across > 0 else 0.9
        self.line(
            [(across, 0, away), (across, tall, away), (across + reach, tall + 0.2, away)],
            0.12,
            (112, 116, 120),
        )
        if lit:
            (x, y), glow = self.at(across + reach, tall + 0.1, away), self.focus * 0.3 / away
            self.pen.ellipse((x - glow, y - glow * 0.7, x + glow, y + glow * 0.7), fill=(255, 236, 176))
        else:
            self.blob(across + reach, tall + 0.1, away, (0.35, 0.12), (206, 210, 214))
