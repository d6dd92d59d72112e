# SPDX-License-Identifier: Apache-2.0
"""Networks at the desk: a main from 江北 into 江南, each district sees its part and how much lies beyond."""

import pytest

from tongguan.industry.lifeline import api
from tongguan.industry.lifeline.sources import Reading
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import CITY
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
CSV = """编号,类型,名称,经度,纬度,起点,终点,长度,管径
S,水源,一水厂,121.001,30.805,,,,
V,阀门,,121.005,30.805,,,,
A,节点,,121.0075,30.805,,,,
U1,用户,翠园小区,121.0075,30.806,,,,
B,节点,,121.0225,30.805,,,,
U2,用户,荷塘小区,121.0275,30.805,,,,
p1,管道,,,,S,V,400,300
p2,管道,,,,V,A,500,300
p3,管道,,,,A,U1,120,100
p4,管道,,,,A,B,480,300
p5,管道,,,,B,U2,90,100
"""


@pytest.fixture
def main(people_cast, tmp_path):
    """The main, taken in from CSV."""
    square_city()
    file = tmp_path / "main.csv"
    file.write_text(CSV, encoding="utf-8")
    api.import_network(
        PLATFORM, file, code="W1", name="供水主干", kind="water", division=CITY, reading=Reading("WGS84")
    )


def test_a_pipe_is_shut_off_and_the_answer_says_why_in_words(main, desk):
    cut = desk("duty_chief").get("/networks/W1/isolation?edge=p2").json()
    assert (cut["valves"], cut["users"], cut["beyond"], cut["complete"]) == (["V"], ["U1"], 1, True)
    assert "外区 1 个" in cut["words"][1]
    jammed = desk("duty_chief").get("/networks/W1/isolation?edge=p2&stuck=V").json()
    assert (jammed["valves"], jammed["complete"]) == ([], False)


def test_each_district_draws_its_own_part_with_the_ends_beyond(main, desk):
    whole = desk("city_chief").get("/networks/W1/shape").json()
    assert (len(whole["nodes"]), len(whole["edges"]), whole["whole"]) == (6, 5, True)
    south = desk("outsider").get("/networks/W1/shape").json()
    assert {node["code"]: node["own"] for node in south["nodes"]} == {"B": True, "U2": True, "A": False}
    assert [edge["code"] for edge in south["edges"]] == ["p4", "p5"]
    assert desk("outsider").get("/networks/W1/isolation?edge=p1").status_code == 404


def test_what_lies_behind_a_valve_is_followed(main, desk):
    found = desk("duty_chief").get("/networks/W1/trace?node=V").json()
    assert (found["nodes"], found["total"], found["beyond"]) == (["A", "U1"], 2, 2)
    back = desk("duty_chief").get("/networks/W1/trace?node=U1&down=false").json()
    assert back["nodes"] == ["A", "V", "S"]
