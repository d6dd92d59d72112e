# SPDX-License-Identifier: Apache-2.0
"""The occurrences of a matter do not depend on how its verdicts arrive."""

from hypothesis import given
from hypothesis import strategies as st

from tongguan.alarms.occurring import fold, ordered
from tongguan.alarms.testing import says

verdicts = st.lists(st.builds(says, st.integers(0, 4), st.integers(0, 9)), max_size=14)


def shapes(found):
    return [(one.begin, one.end, one.grade, one.peak, one.graded_at) for one in found]


@given(verdicts)
def test_an_occurrence_lasts_from_the_first_raise_to_the_next_clear(many):
    found = fold(ordered(many))
    moments = {one.at: {other.grade for other in many if other.at == one.at} for one in many}
    grades = {}
    for at in sorted(moments):  # the slow reference: what holds from each told moment on
        before = next(reversed(grades.values()), 0)
        higher = [grade for grade in moments[at] if grade]
        grades[at] = max(higher) if higher else 0 if 0 in moments[at] else before
    active = {at: any(one.holds(at) for one in found) for at in grades}
    assert active == {at: grade > 0 for at, grade in grades.items()}
    assert all(one.peak >= one.grade > 0 for one in found)
    assert [one.end is None for one in found[:-1]] == [False] * (len(found) - 1 if found else 0)


@given(verdicts, st.integers(0, 14))
def test_going_on_from_an_open_occurrence_is_the_same_as_folding_all(many, cut):
    whole = ordered(many)
    before = fold(whole[:cut])
    going = before[-1] if before and before[-1].end is None else None
    after = fold(whole[cut:], going)
    done = before[:-1] if going is not None else before
    assert shapes([*done, *after]) == shapes(fold(whole))


@given(verdicts, st.integers(0, 4), st.integers(0, 9))
def test_a_further_verdict_never_joins_what_was_parted(many, grade, minute):
    before, after = fold(ordered(many)), fold(ordered([*many, says(grade, minute)]))
    assert len(after) >= len(before)
    for one in before:
        assert any(other.holds(one.begin) for other in after)


def test_at_the_same_moment_clear_counts_first():
    found = fold(ordered([says(3, 0), says(2, 5), says(0, 5)]))
    assert [(one.grade, one.end is None) for one in found] == [(3, False), (2, True)]
