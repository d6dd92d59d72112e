# SPDX-License-Identifier: Apache-2.0
"""The query language: what is understood, and that what is not is said, not crashed upon."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.doors.sensorthings import options
from tongguan.doors.sensorthings.grammar import (
    Call,
    Geography,
    Literal,
    Not,
    NotUnderstood,
    Pair,
    Path,
    parse,
)
from tongguan.doors.sensorthings.masks import mask
from tongguan.doors.sensorthings.patches import patched
from tongguan.doors.sensorthings.resources import resolve
from tongguan.kernel.errors import NotFound, Refusal
from tongguan.kernel.frames import Frame


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("name eq 'O''Neil'", Pair("eq", Path(("name",)), Literal("O'Neil"))),
        (
            "a or b and not c",
            Pair("or", Path(("a",)), Pair("and", Path(("b",)), Not(Path(("c",))))),
        ),
        (
            "result add 2 mul 3 ge -5.5",
            Pair(
                "ge",
                Pair("add", Path(("result",)), Pair("mul", Literal(2), Literal(3))),
                Literal(-5.5),
            ),
        ),
        ("(1 sub 2) sub 3", Pair("sub", Pair("sub", Literal(1), Literal(2)), Literal(3))),
        ("1 sub 2 sub 3", Pair("sub", Pair("sub", Literal(1), Literal(2)), Literal(3))),
        ("Datastreams/@iot.id eq 7", Pair("eq", Path(("Datastreams", "@iot.id")), Literal(7))),
        (
            "phenomenonTime gt 2026-05-01T08:00:00 08:00",
            Pair(
                "gt", Path(("phenomenonTime",)), Literal(datetime.fromisoformat("2026-05-01T08:00:00+08:00"))
            ),
        ),
        (
            "time lt now() sub duration'P1DT2H'",
            Pair(
                "lt",
                Path(("time",)),
                Pair("sub", Call("now", ()), Literal(timedelta(days=1, hours=2))),
            ),
        ),
        (
            "st_within(location, geography'SRID=4326;POINT (1 2)')",
            Call("st_within", (Path(("location",)), Geography("POINT (1 2)"))),
        ),
        ("substringof('井', name)", Call("substringof", (Literal("井"), Path(("name",))))),
    ],
)
def test_an_expression_is_read_as_the_standard_says(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "", "name eq", "eq 1", "name eq 'open", "(a eq 1", "a eq 1)", "round()", "length(a, b)",
        "sqrt(2) eq 1",
        "a eq 1 b", "a eq 2026-13-45", "a eq duration'P'", "not " * 30 + "a", " and ".join(["a eq 1"] * 300),
        "a eq #", "a in (1)",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(text):
    with pytest.raises(NotUnderstood) as refused:
        parse(text)
    assert (refused.value.status, refused.value.field) == (400, "$filter")


@given(st.text(max_size=60) | st.text("()'/,@$ eqandotlgm0123456789.-T:Z", max_size=60))
@settings(max_examples=300)
def test_no_text_breaks_a_reader(text):
    for read in (
        parse,
        resolve,
        lambda told: options.read({"$expand": told}),
        lambda told: options.read({"$orderby": told, "$select": told, "$top": told}),
    ):
        try:
            read(text)
        except (NotUnderstood, NotFound):
            continue


def test_expansions_nest_with_options_of_their_own():
    found = options.read(
        {
            "$expand": "Datastreams($filter=name eq 'a,b;(';$expand=Sensor,Observations($top=1)),"
            "Locations/Things"
        }
    )
    streams = found.expand["Datastreams"]
    assert streams.where == Pair("eq", Path(("name",)), Literal("a,b;("))
    assert (streams.expand["Observations"].top, list(streams.expand)) == (1, ["Sensor", "Observations"])
    assert list(found.expand["Locations"].expand) == ["Things"]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"$top": "-1"}, "$top"), ({"$skip": "x"}, "$skip"), ({"$count": "1"}, "$count"),
        ({"$sort": "a"}, "$sort"),
        ({"$resultFormat": "csv"}, "$resultFormat"), ({"$expand": "A($lots=1)"}, "$expand"),
        ({"$expand": "A(B"}, "$expand"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused_by_name(told, field):
    with pytest.raises(NotUnderstood) as refused:
        options.read(told)
    assert refused.value.field == field


def test_addresses_lead_to_entities_attributes_and_values():
    found = resolve("Things(1)/Datastreams(2)/Observations('2-5')/result/$value")
    assert [(step.entity.name, step.id) for step in found.steps] == [
        ("Thing", 1), ("Datastream", 2), ("Observation", "2-5"),
    ]  # fmt: skip
    assert (found.attribute, found.value, found.single) == (("result",), True, True)
    assert resolve("Things(1)/Locations/$ref").ref
    assert resolve("Things(1)/properties/reference").attribute == ("properties", "reference")
    for wrong in (
        "Nothings",
        "Things(1)/Sensors",
        "Things/name",
        "Things(x)",
        "Things(1)/$value",
        "Datastreams(1)/Thing(2)",
    ):
        with pytest.raises(NotFound):
            resolve(wrong)


FRAME = Frame.of(
    [1, 1, 2, 2],
    [int(datetime(2026, 5, 1, hour, 30, tzinfo=UTC).timestamp() * 1000) for hour in (7, 8, 9, 23)],
    [1.5, -2.0, float("nan"), 40.0],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("result gt 1", [True, False, False, True]),
        ("not (result gt 1)", [False, True, True, False]),
        ("result add 2 eq 0 or result div 4 ge 10", [False, True, False, True]),
        ("result eq null", [False, False, True, False]),
        ("result ne null and floor(result) eq 1", [True, False, False, False]),
        ("hour(phenomenonTime) eq 8", [False, True, False, False]),
        (
            "year(phenomenonTime) eq 2026 and month(phenomenonTime) eq 5 and day(phenomenonTime) eq 1",
            [True] * 4,
        ),
        ("minute(phenomenonTime) eq 30 and second(phenomenonTime) eq 0", [True] * 4),
        ("date(phenomenonTime) eq 2026-05-01", [True] * 4),
        ("phenomenonTime add duration'PT1H' gt 2026-05-01T09:00:00Z", [False, True, True, True]),
        ("2026-05-01T09:00:00Z lt resultTime", [False, False, True, True]),
        ("id eq '2-1777678200000'", [False, False, False, True]),
    ],
)
def test_conditions_hold_over_columns_of_readings(text, expected):
    assert mask(parse(text), FRAME).tolist() == expected


@pytest.mark.parametrize(
    "text",
    ["result eq 'a'", "name eq 'a'", "result", "tolower(result) eq 1", "result add phenomenonTime gt 1"],
)
def test_what_readings_cannot_answer_is_refused(text):
    with pytest.raises(NotUnderstood):
        mask(parse(text), FRAME)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.floats(-100, 100), st.floats(-100, 100))
@settings(max_examples=50)
def test_conditions_over_columns_are_what_python_says(values, low, high):
    frame = Frame.of([1] * len(values), list(range(len(values))), values)
    found = mask(parse(f"result ge {low!r} and not (result gt {high!r})"), frame)
    np.testing.assert_array_equal(found, [low <= value and not value > high for value in values])


def test_patches_change_what_they_name_and_nothing_else():
    before = {"name": "a", "properties": {"x": 1, "y/z": 2}}
    operations = [
        {"op": "test", "path": "/properties/x", "value": 1},
        {"op": "replace", "path": "/properties/x", "value": 5},
        {"op": "add", "path": "/properties/new", "value": [1]},
        {"op": "move", "from": "/properties/y~1z", "path": "/properties/moved"},
    ]
    assert patched(before, operations) == {"properties": {"x": 5, "new": [1], "moved": 2}}
    assert before == {"name": "a", "properties": {"x": 1, "y/z": 2}}
    for wrong in (
        {"op": "remove", "path": "/none"}, {"op": "test", "path": "/name", "value": "b"},
        {"op": "do", "path": "/name"},
        {"op": "add", "path": "/name/x", "value": 1}, {"op": "add", "path": "name", "value": 1},
        {"op": "add", "path": "/name"}, {"op": "copy", "from": "/none", "path": "/name"}, 7,
    ):  # fmt: skip
        with pytest.raises(Refusal):
            patched(before, [wrong])
