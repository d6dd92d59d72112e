# SPDX-License-Identifier: Apache-2.0
"""Whose duty it is: precedence, dates, words; the index equals a naive scan."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.catalog import queries
from tongguan.catalog.contracts import ListRow
from tongguan.catalog.resolve import Index, Listed
from tongguan.catalog.testing import in_force, row

DAY = date(2026, 7, 1)
MAJORS = {"06001": "06", "06002": "06", "09001": "09"}
PREFIXES = ("", "99", "9901", "990101", "990102", "990101001", "990101001001")
SCOPES = ("99", "9901", "990101")
days = st.integers(0, 6).map(lambda n: DAY + timedelta(days=n))


@st.composite
def listed(draw) -> Listed:
    start = draw(days)
    end = draw(st.none() | st.integers(0, 3).map(lambda n: start + timedelta(days=n)))
    number = draw(st.integers(1, 10_000))
    line = ListRow(
        id=number,
        row_no=number,
        item_code=draw(st.sampled_from((*MAJORS, "06", "09"))),
        division=draw(st.sampled_from(PREFIXES)),
        lead_duty="环卫",
        valid_from=start,
        valid_to=end,
    )
    scope = draw(st.sampled_from(SCOPES))
    return Listed(line, scope, SCOPES.index(scope), 1, "权责清单")


def naive(rows: list[Listed], item: str, division: str, day: date) -> Listed | None:
    """The slow reader: every row, every time, by the rule's own words."""
    best = None
    for one in rows:
        line = one.row
        covers = line.item_code in {item, MAJORS.get(item)} and division.startswith(line.division)
        if not covers or day < line.valid_from or (line.valid_to is not None and day > line.valid_to):
            continue
        merit = (len(line.division), line.item_code == item, len(one.scope), line.valid_from, -line.row_no)
        if best is None or merit > best[0]:
            best = (merit, one)
    return best[1] if best else None


@given(
    st.lists(listed(), max_size=25, unique_by=lambda one: one.row.row_no),
    st.lists(st.tuples(st.sampled_from((*MAJORS, "77777")), st.sampled_from(PREFIXES), days), max_size=30),
)
def test_the_index_answers_what_reading_every_row_answers(rows, asked):
    index = Index(rows, MAJORS)
    assert len(index) == len(rows)
    for item, division, day in asked * 2:  # the second time from memory
        found, expected = index.responsible(item, division, day), naive(rows, item, division, day)
        assert (found and found.id) == (expected and expected.row.id)


@given(st.lists(listed(), max_size=25, unique_by=lambda one: one.row.row_no), days)
def test_a_part_of_a_division_never_has_a_less_specific_answer(rows, day):
    index = Index(rows, MAJORS)
    for item in MAJORS:
        lengths = [
            len(found.division_prefix) if found else -1
            for found in (index.responsible(item, p, day) for p in PREFIXES if p != "990102")
        ]
        assert lengths == sorted(lengths)


@pytest.mark.django_db
def test_the_more_specific_division_wins_then_the_item_before_its_major(city):
    in_force(
        [
            row("06012", "9901", "C", no=2),
            row("06", "9901", "N", no=3),
            row("06", "990101001", "N-01", no=4),
            row("06012", "990101", duty="环卫", no=5, co_duties=("综合执法",)),
        ]
    )
    answers = queries.responsible_many(
        [
            ("06012", "990102001"),
            ("06013", "990102001"),
            ("06012", "990101001001"),
            ("06012", "990101"),
            ("01001", "9901"),
            ("06012", "9902"),
        ],
        DAY,
    )
    assert [(a.row_no, a.division_prefix) if a else None for a in answers] == [
        (2, "9901"),
        (3, "9901"),
        (4, "990101001"),
        (5, "990101"),
        None,
        None,
    ]
    duty = answers[3]
    assert (duty.lead_unit_code, duty.lead_duty, duty.co_duties) == (None, "环卫", ("综合执法",))
    assert answers[0].lead_unit_code == "C"
    assert answers[0].lead_duty is None


@pytest.mark.django_db
def test_every_answer_says_which_row_why_which_version_and_by_what_law(city):
    in_force(
        [
            row("06012", "9901", "C", no=2),
            row("06", "990101", "N", no=3),
            row(
                "06012",
                "990101",
                "N-HW",
                no=4,
                legal_basis="《示例市容条例》",
                clause="第十条",
                co_unit_codes=("N-ZF",),
            ),
        ]
    )
    found = queries.responsible("06012", "990101001001", DAY)
    assert found.explanation == (
        (
            "权责清单第 1 版第 4 行（事项 06012，区划 990101）匹配事项 06012、区划 990101001001，"
            "由单位 N-HW 主办，协办：N-ZF"
        ),
        "未采用第 3 行：事项 06012 先于大类 06",
        "未采用第 2 行：区划 990101比区划 9901更具体",
        "依据：《示例市容条例》 第十条",
    )
    assert queries.explain_responsible("06012", "990101001001", DAY) == found.explanation


@pytest.mark.django_db
def test_when_nobody_is_responsible_the_reason_is_told(city):
    assert queries.explain_responsible("06012", "9901", DAY) == ("没有生效的权责清单",)
    in_force([row("06012", "9901", "C", valid_to=date(2026, 6, 30))])
    assert queries.responsible("06012", "9901", date(2026, 6, 30)).lead_unit_code == "C"
    assert queries.responsible("06012", "9901", DAY) is None
    assert queries.explain_responsible("06012", "9901", DAY) == (
        "权责清单中没有事项 06012（大类 06）在区划 9901于 2026-07-01 有效的行",
        "第 2 行有效期 2004-01-01 至2026-06-30，由单位 C 主办，清单未填写法律依据",
    )
    assert queries.explain_responsible("77777", "9901", DAY)[0] == (
        "权责清单中没有事项 77777（目录中没有该事项）在区划 9901于 2026-07-01 有效的行"
    )


@pytest.mark.django_db
def test_days_begin_at_midnight_in_the_city_not_in_utc(city):
    in_force([row("06012", "9901", "C", valid_from=DAY)])
    assert queries.responsible("06012", "9901", datetime(2026, 6, 30, 15, 59, tzinfo=UTC)) is None
    assert queries.responsible("06012", "9901", datetime(2026, 6, 30, 16, 0, tzinfo=UTC)) is not None


@pytest.mark.django_db
def test_a_districts_own_list_goes_before_the_citys_for_the_same_division(city):
    in_force([row("06012", "990101", "C")])
    in_force([row("06012", "990101", "N-HW")], division="990101")
    found = queries.responsible("06012", "990101001", DAY)
    assert found.lead_unit_code == "N-HW"
    assert "未采用权责清单第 1 版第 2 行：区划 990101的清单先于区划 9901的清单" in found.explanation


@pytest.mark.django_db
def test_a_thousand_lookups_take_no_statement_while_fresh(city, django_assert_num_queries):
    in_force([row("06012", "9901", "C")])
    queries.responsible("06012", "9901", DAY)
    with django_assert_num_queries(0):
        answers = queries.responsible_many([("06012", f"990101{n:03d}") for n in range(1000)], DAY)
    assert all(answer.lead_unit_code == "C" for answer in answers)
