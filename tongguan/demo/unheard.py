# SPDX-License-Identifier: Apache-2.0
"""What waits for a person in the demo city: findings of cameras, and pieces that could not be read."""

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops

from tongguan.demo.scenes import Scene, draw
from tongguan.demo.spots import spots
from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM
from tongguan.tellings.reading import json_bytes
from tongguan.video import api as video
from tongguan.video.contracts import CameraIn

_CAMERAS: Final = 4
#: Kind of finding, the scene that shows it, minutes ago, score, how often it was seen; who saw it is drawn.
_SEEN: Final = (
    ("exposed_garbage", "rubbish", 18.0, 0.91, 3),
    ("street_vending", "stall", 26.0, 0.84, 2),
    ("manhole", "manhole", 47.0, 0.77, 1),
    ("piled_waste", "rubbish", 65.0, 0.62, 1),
)
#: The least part of full brightness by which a point differs between before and after.
_DIFFERS: Final = 40
#: A work group's message without a time, and a finding of a camera that nobody has registered.
_UNREADABLE: Final = (
    ("chat", Parcel("望江街道工作群：三号桥头有积水，请派人看看".encode(), "text/plain", name="群聊.txt")),
    (
        "video",
        Parcel(
            json_bytes(
                {"id": "D-90", "camera": "CAM-X9", "kind": "burning", "time": "2026-05-01 09:30:00",
                 "score": 0.8}
            ),
            "application/json",
        ),
    ),
)  # fmt: skip


def seed_unheard(rng: np.random.Generator, district: str) -> None:
    """Register cameras in a district and let them, a work group and a stranger send what waits."""
    found = [one for one in spots(rng, 40 * _CAMERAS) if one[2].startswith(district)][:_CAMERAS]
    cameras = [
        CameraIn(code=f"CAM-{n:02d}", name=f"{road}{n} 号杆", division=division, lon=lon, lat=lat)
        for n, (lon, lat, division, road) in enumerate(found, start=1)
    ]
    video.register_cameras(PLATFORM, cameras)
    sightings = [
        _sighting(f"D-{n}-{again}", cameras[n % len(cameras)].code, *seen[:4], later=4.0 * again)
        for n, seen in enumerate(_SEEN)
        for again in range(seen[4])
    ]
    intake.accept(PLATFORM, "video", Parcel(json_bytes(sightings), "application/json"))
    for channel, parcel in _UNREADABLE:
        intake.accept(PLATFORM, channel, parcel)


def _sighting(
    number: str, camera: str, kind: str, scene: str, minutes: float, score: float, *, later: float
) -> dict[str, Any]:
    view = int(kind == "piled_waste")
    before, after = (draw(Scene(scene, view, solved)) for solved in (False, True))
    out = BytesIO()
    before.save(out, "JPEG", quality=82)
    return {
        "id": number,
        "camera": camera,
        "kind": kind,
        "time": (clock.now() - timedelta(minutes=minutes - later)).isoformat(),
        "score": score,
        "box": _box(before, after),
        "picture": base64.b64encode(out.getvalue()).decode(),
    }


def _box(before: Image.Image, after: Image.Image) -> list[float]:
    """Give where the two differ, as parts of the picture: x, y, width, height."""
    gone = ImageChops.difference(before, after).convert("L").point(lambda one: 255 * (one > _DIFFERS))
    left, top, right, bottom = gone.getbbox() or (0, 0, before.width, before.height)
    wide, high = before.size
    return [left / wide, top / high, (right - left) / wide, (bottom - top) / high]
