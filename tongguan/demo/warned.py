# SPDX-License-Identifier: Apache-2.0
"""Alarms of the demo city: a few that are active, and some of the last days with what people made of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import numpy as np

from tongguan.alarms import api as alarms
from tongguan.alarms.contracts import Verdict
from tongguan.catalog import queries as catalog
from tongguan.demo.spots import spots
from tongguan.demo.staff import Staff
from tongguan.kernel import clock
from tongguan.people.contracts import Post
from tongguan.places.seed import CITY

_SOURCE: Final = "演示：非标准限值，城市自行设定"
_MS: Final = 1_000
_DISTRICT: Final = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be wrong: rule, name, kind of place, what is said, the catalogue's name of the item."""

    rule: str
    name: str
    where: str
    words: str
    item: str


KINDS: Final = (
    Kind("water.pressure", "供水压力突降", "测压点", "管网压力较常态下降 {n} %，疑似爆管", "供水管道破裂"),
    Kind("gas.leak", "可燃气体浓度升高", "阀井", "可燃气体浓度 {n} %LEL，持续上升", "燃气管道破裂"),
    Kind("drainage.ponding", "道路积水加深", "易涝点", "积水深度 {n} 厘米", "道路积水"),
    Kind("bridge.weight", "桥梁超重车辆", "大桥", "动态称重 {n} 吨", ""),
)
#: Hours ago, kind, grades one after the other (0: clear), what people did; the first four are active now.
_Story = tuple[float, int, tuple[int, ...], tuple[str, ...]]
_STORY: Final[tuple[_Story, ...]] = (
    (0.4, 1, (3, 4), ()),
    (0.9, 0, (3,), ("confirm",)),
    (1.5, 2, (1, 2), ()),
    (2.2, 3, (1,), ()),
    (9.0, 2, (2, 0), ("confirm",)),
    (20.0, 0, (2, 0), ("confirm", "handle")),
    (31.0, 1, (2, 0), ("reject",)),
    (52.0, 3, (1, 0), ("reject", "evaluate:false")),
    (70.0, 0, (2, 0), ("confirm", "handle", "evaluate:true")),
    (96.0, 2, (2, 0), ("confirm", "handle", "evaluate:true")),
    (120.0, 1, (2, 0), ("confirm", "handle", "evaluate:true")),
    (150.0, 1, (1, 0), ("reject", "evaluate:false")),
)
_INPUTS: Final = {
    "confirm": {"note": "已调阅附近视频"},
    "reject": {"reason": "现场核实无异常，探头进水", "cause": "device"},
    "handle": {"result": "已到场处置，读数恢复"},
    "evaluate:true": {"outcome": "true"},
    "evaluate:false": {"outcome": "false"},
}


def seed_alarms(rng: np.random.Generator, staff: Staff) -> int:
    """Make alarms up to now and give how many; grave ones become cases when the engine runs."""
    codes = {item.name.removesuffix("（自定义）"): item.code for item in catalog.items_table()}
    chief = staff.at_centre(Post.DUTY_CHIEF, CITY)
    for kind in KINDS:
        alarms.set_terms(
            chief, kind.rule, tells_from=3, minutes={4: 10, 3: 30}, source=_SOURCE,
            item_code=codes.get(kind.item, ""),
        )  # fmt: skip
    for number, (story, spot) in enumerate(zip(_STORY, spots(rng, len(_STORY)), strict=True), start=1):
        _tell(rng, staff, number, story, spot)
    return len(_STORY)


def _tell(
    rng: np.random.Generator, staff: Staff, number: int, story: _Story, spot: tuple[float, float, str, str]
) -> None:
    hours, of, grades, acts = story
    lon, lat, division, road = spot
    kind = KINDS[of]
    with clock.using(clock.ManualClock(clock.now() - timedelta(hours=hours))) as hands:
        raised: list[UUID] = []
        for step, grade in enumerate(grades):
            hands.advance(minutes=6.0 * bool(step))
            said = Verdict(
                rule=kind.rule, version=1, matter=f"演示-{number}", grade=grade, lon=lon, lat=lat,
                at=round(clock.now().timestamp() * _MS), division=division,
                words=kind.words.format(n=int(rng.integers(18, 42))),
                evidence={"name": kind.name, "place": f"{road}{kind.where}", "说明": "演示，非真实传感器"},
            )  # fmt: skip
            raised += alarms.hear([said]).raised
        for act in acts:
            hands.advance(minutes=float(rng.uniform(2, 25)))
            post = Post.EVALUATOR if act.startswith("evaluate") else Post.DUTY_CHIEF
            who = staff.at_centre(post, division[:_DISTRICT])
            alarms.perform(who, raised[0], act.partition(":")[0], _INPUTS[act])
