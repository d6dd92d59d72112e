# SPDX-License-Identifier: Apache-2.0
"""The working calendar over HTTP: the administrator looks at the effect, saves, everybody reads why."""

import pytest

from tongguan.people.testing import ROLES

pytestmark = pytest.mark.django_db
NEW_DAY = {
    "date": "2098-12-01",
    "kind": "holiday",
    "name": "城市日",
    "reason": "市政府决定放假一天",
    "source": "江府发〔2098〕1号",
}


def test_a_day_is_looked_at_altered_and_explained(people_cast, desk):
    admin = desk("sysadmin")
    effect = admin.post("/workdays/effect", NEW_DAY)
    assert (effect.status_code, effect.json()) == (200, {"sooner": 0, "later": 0, "cases": []})
    assert desk("leader").get("/workdays/changes?year=2098").json() == []
    assert admin.post("/workdays", NEW_DAY).status_code == 201
    year = desk("leader").get("/workdays?year=2098").json()
    day = next(one for one in year["days"] if one["date"] == "2098-12-01")
    assert day == {
        "date": "2098-12-01", "working": False, "kind": "holiday", "name": "城市日", "no": 1,
    }  # fmt: skip
    (change,) = desk("leader").get("/workdays/changes?year=2098").json()
    assert (change["was"], change["source"], change["recounted"]) == ("", "江府发〔2098〕1号", None)
    assert admin.post("/workdays", NEW_DAY).status_code == 409


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"sysadmin"}))
def test_nobody_else_alters_a_day(people_cast, desk, role):
    assert desk(role).post("/workdays", NEW_DAY).status_code == 403
    assert desk(role).post("/workdays/effect", NEW_DAY).status_code == 403


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"date": "2020-01-01"}, "date"),
        ({"date": 20981201}, "date"),
        ({"kind": "party"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"source": "x" * 201}, "source"),
        ({"calendar": "nowhere"}, "calendar"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_what_is_wrong_is_named(people_cast, desk, other, field):
    answer = desk("sysadmin").post("/workdays", {**NEW_DAY, **other})
    assert answer.status_code in {404, 422}
    told = answer.json()
    assert field in {told.get("field"), *(one["field"] for one in told.get("errors", []))}


@pytest.mark.parametrize("query", ["year=1", "year=x", "year=2026&calendar=nowhere", "calendar="])
def test_a_year_that_is_none_is_refused(people_cast, desk, query):
    assert desk("leader").get(f"/workdays?{query}").status_code in {404, 422}
