# SPDX-License-Identifier: Apache-2.0
"""However readings are shuffled, repeated, cut into frames and interrupted: the store holds the same."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.kernel.frames import Frame
from tongguan.series import api
from tongguan.series.contracts import DAY_MS, HOUR_MS, MINUTE_MS
from tongguan.series.testing import SMALL, numbers, recomputed, rows, spans

BEGIN = 1_772_380_800_000
#: Eighths add up without rounding, so that sums can be compared to the last bit.
readings = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(0, 3 * 24 * 60).map(lambda m: BEGIN + m * 61_000)),
    st.tuples(st.integers(-800, 800).map(lambda n: n / 8), st.sampled_from([0, 0, 0, 1, 8, 16])),
    min_size=1,
    max_size=30,
)
steps = st.lists(
    st.sampled_from(["append", "append", "append", "settle", "seal", "compact", "reopen"]), max_size=12
)
STREAMS = numbers(1, 2, 3, 4)
NOW = BEGIN + 5 * DAY_MS


def _state(store):
    kept = rows(store.window(STREAMS, 0, NOW))
    sums = [spans(store.aggregate(STREAMS, 0, NOW, step)) for step in (MINUTE_MS, HOUR_MS, DAY_MS)]
    return kept, rows(store.latest()), sums


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=readings, what=steps, draw=st.randoms(use_true_random=False))
def test_shuffled_and_repeated_deliveries_leave_what_in_order_once_would(told, what, draw):
    once = [(stream, at, value, bits) for (stream, at), (value, bits) in sorted(told.items())]
    deliveries = once + draw.choices(once, k=len(once))
    draw.shuffle(deliveries)
    with tempfile.TemporaryDirectory() as folder:
        store = api.open_store(Path(folder) / "any", SMALL)
        for step in [*what, "append"]:
            if step == "append":
                size = draw.randint(0, len(deliveries))
                part, deliveries = deliveries[:size], deliveries[size:]
                store.append(Frame.of(*zip(*part, strict=True)) if part else Frame.of([], [], []))
            elif step == "seal":
                store.seal(NOW)
            elif step == "reopen":
                store.close()
                store = api.open_store(Path(folder) / "any", SMALL)
            else:
                getattr(store, step)()
        if deliveries:
            store.append(Frame.of(*zip(*deliveries, strict=True)))
        kept, newest, sums = _state(store)
        store.close()
    assert kept == once
    by_stream = {row[0]: row for row in once}
    assert newest == [by_stream[stream] for stream in sorted(by_stream)]
    assert sums == [recomputed(once, step, SMALL.zone_ms) for step in (MINUTE_MS, HOUR_MS, DAY_MS)]
