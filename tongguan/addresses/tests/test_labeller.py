# SPDX-License-Identifier: Apache-2.0
"""A labeller learns from marked addresses and says the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.addresses.china import divisions
from tongguan.addresses.labeller import Example, Labeller
from tongguan.addresses.tokens import aligned, offsets, spans, tags, tokens
from tongguan.kernel.errors import Conflict

_DISTRICTS = ("江北区", "江南区", "临港区", "东湖区")
_ROADS = ("长安路", "人民路", "和平路", "建设大道", "文化街")


def examples():
    found = []
    for n in range(120):
        district, road, house = _DISTRICTS[n % 4], _ROADS[n % 5], f"{n * 7 + 1}号"
        text = district + road + house
        ends = [len(district), len(district) + len(road), len(district) + len(road) + 2]
        found.append(
            Example(
                text, ((0, ends[0], "district"), (ends[0], ends[1], "road"), (ends[1], ends[2], "roadno"))
            )
        )
    return found


@pytest.fixture(scope="module")
def labeller():
    return Labeller.train(examples(), rounds=30)


def test_an_unseen_address_is_labelled_like_the_seen_ones(labeller):
    assert labeller.label("西山区中兴路1024号") == [(0, 3, "district"), (3, 6, "road"), (6, 8, "roadno")]
    assert labeller.label("") == []


def test_the_same_examples_give_the_same_model(labeller):
    again = Labeller.train(examples(), rounds=30)
    assert again.content == labeller.content
    assert Labeller(labeller.content).label("江北区长安路5号") == labeller.label("江北区长安路5号")


@pytest.mark.parametrize("content", [b"", b"PK nothing", b"\x00" * 100])
def test_bytes_that_are_no_model_are_refused(content):
    with pytest.raises(Conflict) as refused:
        Labeller(content)
    assert refused.value.code == "addresses.model_unreadable"


@given(st.text(max_size=40))
def test_tokens_joined_are_the_text(text):
    words = tokens(text)
    assert "".join(words) == text
    assert offsets(words)[-1] == len(text)


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(("road", "poi", "city"))), max_size=8))
def test_spans_survive_their_tags(sizes):
    marked, reached = [], 0
    for size, label in sizes:
        marked.append((reached, reached + size, label))
        reached += size
    assert aligned(marked, reached)
    assert spans(tags(marked, reached)) == marked


@given(st.lists(st.sampled_from(("O", "B-a", "I-a", "I-b", "B-b")), max_size=12))
def test_any_tags_give_spans_that_do_not_overlap(tagged):
    reached = 0
    for start, end, _ in spans(tagged):
        assert reached <= start < end <= len(tagged)
        reached = end


def test_the_divisions_of_china_are_known_by_full_and_short_name():
    known = divisions()
    told = {
        name: known.get(name) for name in ("浙江省", "浙江", "杭州市", "杭州", "义乌市", "福田街道", "某某路")
    }
    assert told == {
        "浙江省": "prov",
        "浙江": "prov~",
        "杭州市": "city",
        "杭州": "city~",
        "义乌市": "district",
        "福田街道": "town",
        "某某路": None,
    }


def test_spans_that_do_not_cover_the_text_are_told():
    assert not aligned([(0, 2, "road")], 3)
    assert not aligned([(0, 2, "road"), (1, 3, "poi")], 3)
    assert not aligned([(1, 3, "road")], 3)
