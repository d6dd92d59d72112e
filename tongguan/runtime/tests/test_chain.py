# SPDX-License-Identifier: Apache-2.0
"""The chain's arithmetic: nothing can change unseen, nothing changes by itself."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.canonical import canonical
from tongguan.runtime import backoff, chain

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)
records = st.dictionaries(st.text("abcdef", min_size=1), plain, max_size=6)


@given(records)
def test_a_record_links_the_same_after_a_journey_through_json(record: dict[str, object]) -> None:
    assert chain.link("", json.loads(json.dumps(record))) == chain.link("", record)


@given(records)
def test_the_form_is_that_of_the_standard_library(record: dict[str, object]) -> None:
    written = json.dumps(whole(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(record) == written.encode()


def whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(inner) for key, inner in value.items()}
    return [whole(inner) for inner in value] if isinstance(value, list) else value


@given(records, records)
def test_different_records_link_differently(one: dict[str, object], other: dict[str, object]) -> None:
    same = canonical(one) == canonical(other)
    assert (chain.link("ab", one) == chain.link("ab", other)) == same


@given(records)
def test_the_place_in_the_chain_matters(record: dict[str, object]) -> None:
    assert chain.link("", record) != chain.link("0" * 64, record)


def test_a_moment_links_the_same_in_every_zone() -> None:
    utc = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    beijing = utc.astimezone(timezone(timedelta(hours=8)))
    assert chain.link("", {"at": utc}) == chain.link("", {"at": beijing})


def test_the_form_is_fixed_for_ever() -> None:
    record = {"b": [1.0, 2.5, None], "a": "井盖", "id": UUID(int=7), "at": datetime(2026, 1, 1, tzinfo=UTC)}
    assert (
        canonical(record)
        == (
            '{"a":"井盖","at":"2026-01-01T00:00:00.000000+00:00","b":[1,2.5,null],'
            '"id":"00000000-0000-0000-0000-000000000007"}'
        ).encode()
    )
    assert chain.link("", {"a": 1}) == "7395dc66860499cb2b8970e17094ec53ed1ff54e7067ad619f884917096166b0"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        chain.link("", {"a": value})


hashes = st.lists(st.text("0123456789abcdef", min_size=4, max_size=4), max_size=40)


@given(hashes, hashes)
def test_a_root_stands_for_exactly_its_rows(one: list[str], other: list[str]) -> None:
    assert (chain.root(one) == chain.root(other)) == (one == other)


@given(hashes, st.data())
def test_the_root_is_the_merkle_tree_of_rfc_6962(rows: list[str], data: st.DataObject) -> None:
    def tree(leaves: list[str]) -> bytes:
        if len(leaves) == 1:
            return bytes.fromhex(chain.root(leaves)[0])
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return chain._join(tree(leaves[:split]), tree(leaves[split:]))

    if rows:
        assert chain.root(iter(rows)) == (tree(rows).hex(), len(rows))


@given(st.integers(1, 10_000))
def test_pauses_double_up_to_the_limit(attempts: int) -> None:
    pause = backoff.wait(attempts).total_seconds()
    assert pause == min(300, 2.0 ** min(attempts - 1, 20))
