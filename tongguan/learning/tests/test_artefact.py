# SPDX-License-Identifier: Apache-2.0
"""A model comes back from its file saying the same, digit for digit; what is no model is refused."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.learning import artefact
from tongguan.learning.ensemble import Classifier
from tongguan.learning.recipes import COLD, FEW, FIELDS, QUICK, SMALL, UNITS, UNITS_PLAIN, here, suiting
from tongguan.learning.tests.test_pure import LABELS, TEXTS

MODELS = {
    recipe.version: Classifier(recipe, TEXTS, LABELS)
    for recipe in (FIELDS, here(UNITS), QUICK, UNITS_PLAIN, SMALL, COLD)
}
AGAIN = {version: artefact.load(artefact.dump(model)) for version, model in MODELS.items()}
SMALLEST = artefact.dump(MODELS[COLD.version])


@pytest.mark.parametrize("version", MODELS)
@settings(deadline=None, max_examples=25)
@given(texts=st.lists(st.text(max_size=40) | st.sampled_from(TEXTS), min_size=1, max_size=5))
def test_the_same_scores_come_back(version, texts):
    np.testing.assert_array_equal(AGAIN[version].scores(texts), MODELS[version].scores(texts))
    assert AGAIN[version].predict(texts) == MODELS[version].predict(texts)
    assert AGAIN[version].version == MODELS[version].version


def test_confidence_comes_back():
    model = Classifier(SMALL, TEXTS, LABELS)
    model.calibrate(model.scores(TEXTS), np.arange(len(TEXTS)) % 3 > 0)
    assert artefact.load(artefact.dump(model)).predict(TEXTS) == model.predict(TEXTS)


@settings(deadline=None, max_examples=25)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused(content):
    with pytest.raises(artefact.UnreadableError):
        artefact.load(content)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, len(SMALLEST) - 1))
def test_a_cut_file_is_refused(length):
    with pytest.raises(artefact.UnreadableError):
        artefact.load(SMALLEST[:length])


@pytest.mark.parametrize(
    "change",
    [
        {"sklearn": "0.1"},
        {"format": 99},
        {"recipe": "unknown-1"},
        {"state": {"~": "object", "class": "Popen", "state": {"~": "dict", "keys": [], "values": []}}},
        {"state": {"~": "array", "type": "|O", "shape": [1], "order": "C", "bytes": b"12345678"}},
        {"state": {"~": "unheard"}},
    ],
)
def test_what_is_outside_the_closed_list_is_refused(change):
    with pytest.raises(artefact.UnreadableError):
        artefact.load(msgspec.msgpack.encode(msgspec.msgpack.decode(SMALLEST) | change))


def test_only_known_things_are_stored():
    model = Classifier(COLD, TEXTS, LABELS)
    model.extra = object()  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        artefact.dump(model)


def test_the_recipe_follows_the_history():
    own = here(UNITS)
    assert [suiting("units", n) for n in (0, 1, 499, 500, FEW, FEW + 1)] == [
        COLD,
        SMALL,
        SMALL,
        own,
        own,
        QUICK,
    ]
    assert [suiting("fields", n) for n in (499, 500, FEW + 1)] == [SMALL, FIELDS, FIELDS]
    with pytest.raises(KeyError):
        suiting("unheard", 0)
