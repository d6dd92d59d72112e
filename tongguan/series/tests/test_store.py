# SPDX-License-Identifier: Apache-2.0
"""What a store keeps: each reading once, the newest by its own time, sums that are right, days sealed."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tongguan.kernel.frames import Frame, Quality
from tongguan.series import api
from tongguan.series.contracts import DAY_MS, HOUR_MS, MINUTE_MS, Damaged, Mark, StoreError
from tongguan.series.testing import SMALL, numbers, recomputed, rows, spans

ZONE = SMALL.zone_ms
#: 00:00 in Shanghai on 2 March 2026.
NOON = 1_772_380_800_000 + 12 * HOUR_MS
ALL = numbers(1, 2, 3)


@pytest.fixture
def store(tmp_path):
    store = api.open_store(tmp_path / "store", SMALL)
    yield store
    store.close()


def kept(store):
    return rows(store.window(ALL, 0, NOON + 10 * DAY_MS))


def test_a_reading_sent_again_is_kept_once_and_another_value_for_its_instant_stays_beside_it(store):
    first = store.append(Frame.of([1, 1, 2], [NOON, NOON, NOON], [4.0, 4.0, float("nan")]))
    assert (first.number, rows(first.frame)) == (1, [(1, NOON, 4.0, 0), (2, NOON, "nan", 0)])
    again = store.append(Frame.of([2, 1, 1], [NOON, NOON, NOON], [float("nan"), 4.0, 5.0]))
    assert rows(again.frame) == [(1, NOON, 5.0, Quality.REPEATED)]
    assert again.which.tolist() == [False, False, True]
    assert store.append(Frame.of([1], [NOON], [5.0])).number == 2
    assert kept(store) == [(1, NOON, 4.0, 0), (1, NOON, 5.0, Quality.REPEATED), (2, NOON, "nan", 0)]
    assert rows(store.latest()) == [(1, NOON, 4.0, 0), (2, NOON, "nan", 0)]


def test_the_newest_reading_is_so_by_its_own_time_and_a_clock_ahead_never_is(store):
    store.append(Frame.of([1, 1], [NOON, NOON - 5], [1.0, 2.0]))
    store.append(Frame.of([1, 1], [NOON - 1, NOON + DAY_MS], [3.0, 9.0], [0, int(Quality.AHEAD)]))
    assert rows(store.latest(numbers(1, 7))) == [(1, NOON, 1.0, 0)]
    store.append(Frame.of([1], [NOON + 1], [5.0]))
    assert rows(store.latest(numbers(1))) == [(1, NOON + 1, 5.0, 0)]


def test_a_restarted_store_knows_everything_it_acknowledged(tmp_path):
    store = api.open_store(tmp_path / "store", SMALL)
    store.append(Frame.of([1], [NOON], [1.0]))
    store.settle()
    store.append(Frame.of([2], [NOON], [2.0]), Mark("gate", 41))
    store.append(Frame.of([3], [NOON - 1], [3.0], [int(Quality.OUT_OF_RANGE)]), Mark("gate", 42))
    with pytest.raises(StoreError, match="has an owner"):
        api.open_store(tmp_path / "store", SMALL)
    before, newest = kept(store), rows(store.latest())
    store.close()
    store = api.open_store(tmp_path / "store", SMALL)
    assert (kept(store), rows(store.latest()), store.number()) == (before, newest, 3)
    assert store.marks() == {"gate": 42}
    assert store.append(Frame.of([1, 3], [NOON, NOON - 1], [1.0, 3.0])).number == 3
    assert [(n, rows(f)) for n, f in store.after(1, 10)] == [(2, [before[1]]), (3, [before[2]])]
    assert [n for n, _ in store.after(0, 1)] == [1]
    store.close()


@pytest.mark.parametrize("settled", [False, True])
def test_sums_by_minute_hour_and_day_hold_late_readings_and_leave_out_unusable_ones(store, settled):
    at = [NOON + n * 20_000 for n in range(200)]
    store.append(Frame.of([1] * 200, at, [float(n % 17) for n in range(200)]))
    if settled:
        store.settle()
    store.append(
        Frame.of(
            [1, 1, 2], [NOON - 90_000, NOON + 7, NOON], [-3.0, 900.0, 1.0], [1, int(Quality.OUT_OF_RANGE), 0]
        )
    )
    for step in (MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS):
        summed = store.aggregate(ALL, NOON - DAY_MS, NOON + DAY_MS, step)
        assert spans(summed) == recomputed(kept(store), step, ZONE)
    with pytest.raises(ValueError, match="whole number of minutes"):
        store.aggregate(ALL, 0, 1, 1000)


def test_days_past_are_sealed_and_late_readings_join_them(store, tmp_path):
    for day in range(4):
        store.append(Frame.of([1, 2, 3], [NOON + day * DAY_MS] * 3, [1.0, 2.0, float(day)]))
    before = kept(store)
    assert store.seal(NOON + 4 * DAY_MS) == 6
    folder = tmp_path / "store"
    assert {one.day for one in api.manifest(folder)} == {(NOON + ZONE) // DAY_MS + n for n in range(2)}
    assert kept(store) == before
    assert store.append(Frame.of([3, 3], [NOON, NOON], [0.0, 8.0])).which.tolist() == [False, True]
    store.append(Frame.of([1], [NOON + 5], [7.0]))
    late = sorted([*before, (3, NOON, 8.0, 4), (1, NOON + 5, 7.0, 0)])
    assert kept(store) == late
    assert store.seal(NOON + 4 * DAY_MS) == 5
    store.compact()
    store.compact()
    assert kept(store) == late
    assert api.verify(folder) == len(list((folder / "sealed").glob("*.parquet"))) == len(api.manifest(folder))
    assert spans(store.aggregate(ALL, 0, NOON + DAY_MS * 9, DAY_MS)) == recomputed(late, DAY_MS, ZONE)
    victim = folder / "sealed" / api.manifest(folder)[0].name
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    with pytest.raises(Damaged, match=victim.name):
        api.verify(folder)


def test_compaction_changes_no_sum_whatever_comes_before_and_after_it(store):
    for n in range(6):
        store.append(Frame.of([1, 2], [NOON + n * 25_000, NOON - n * HOUR_MS], [float(n), -float(n)]))
        store.settle()
        if n % 2:
            store.compact()
    for step in (MINUTE_MS, HOUR_MS, DAY_MS):
        assert spans(store.aggregate(ALL, 0, NOON + DAY_MS, step)) == recomputed(kept(store), step, ZONE)


def test_what_is_kept_is_kept_as_long_as_the_plan_says(tmp_path):
    plan = replace(SMALL, raw_days=3, minute_days=5, hour_days=7)
    store = api.open_store(tmp_path / "store", plan)
    for day in range(10):
        store.append(Frame.of([1], [NOON + day * DAY_MS], [float(day)]))
    now = NOON + 9 * DAY_MS
    store.seal(now)
    store.retain(now)
    assert [value for _, _, value, _ in kept(store)] == [6.0, 7.0, 8.0, 9.0]
    assert store.oldest() == NOON + 6 * DAY_MS - 12 * HOUR_MS
    first = {step: store.aggregate(ALL, 0, now + DAY_MS, step).last[0] for step in (HOUR_MS, DAY_MS)}
    assert first == {HOUR_MS: 2.0, DAY_MS: 0.0}
    # Where single readings are gone a chart is drawn from the finest sums that are left.
    assert store.chart(1, NOON + 4 * DAY_MS, NOON + 4 * DAY_MS + 1000, 50).step == MINUTE_MS
    assert store.chart(1, NOON + 8 * DAY_MS, NOON + 8 * DAY_MS + 1000, 50).step == 0
    store.close()


def test_a_copy_made_while_running_is_proved_and_restored(store, tmp_path):
    store.append(Frame.of([1, 2], [NOON, NOON - 9 * DAY_MS], [1.0, 2.0]), Mark("gate", 7))
    store.seal(NOON)
    store.backup(tmp_path / "copy")
    store.append(Frame.of([3], [NOON], [3.0]))
    assert api.check(tmp_path / "copy") == 2
    with pytest.raises(StoreError, match="there already"):
        store.backup(tmp_path / "copy")
    with pytest.raises(StoreError, match="not empty"):
        api.restore(tmp_path / "copy", tmp_path / "store")
    api.restore(tmp_path / "copy", tmp_path / "again")
    restored = api.open_store(tmp_path / "again", SMALL)
    assert (kept(restored), restored.marks()) == (kept(store)[:2], {"gate": 7})
    restored.close()
    told = tmp_path / "copy" / "backup.json"
    changed = json.loads(told.read_text())
    told.write_text(json.dumps({**changed, "content": changed["content"].replace("a", "b")}))
    with pytest.raises(Damaged, match=r"backup\.json"):
        api.check(tmp_path / "copy")


def test_streams_of_any_number_have_their_place(store):
    some = np.array([5, -3, 1 << 40, 4_000_001, 0, 3_999_999], np.int64)
    store.append(Frame.of(some, [NOON] * 6, range(6)))
    assert rows(store.latest()) == sorted((int(s), NOON, float(v), 0) for v, s in enumerate(some))
    assert len(store.window(some, NOON, NOON + 1)) == 6
