# SPDX-License-Identifier: Apache-2.0
"""Prints of pictures: the same after scaling, recompression and other light; far apart for other pictures."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from tongguan.pictures import api, prints
from tongguan.pictures.testing import scene

seeds = st.integers(0, 2**32 - 1)
pictures = st.integers(0, 2**64 - 1)
few_examples = settings(max_examples=60, deadline=None)


def of(image: Image.Image) -> int:
    found = prints.taken(image)
    assert found is not None
    return found


def apart(one: Image.Image, other: Image.Image) -> int:
    return int(prints.distances([of(one)], [of(other)])[0, 0])


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


@few_examples
@given(seeds, st.floats(0.35, 2.5), st.floats(0.9, 1.1))
def test_scaling_even_a_little_askew_leaves_the_print(seed: int, scale: float, askew: float) -> None:
    image = scene(seed)
    other = image.resize((int(image.width * scale), int(image.height * scale * askew)))
    assert apart(image, other) <= prints.SAME


@few_examples
@given(seeds, st.integers(25, 95))
def test_recompression_leaves_the_print(seed: int, quality: int) -> None:
    assert apart(scene(seed), recompressed(scene(seed), quality)) <= prints.SAME


@few_examples
@given(seeds, st.floats(0.6, 1.15), st.floats(0.7, 1.2))
def test_other_light_and_contrast_leave_the_print(seed: int, light: float, contrast: float) -> None:
    image = ImageEnhance.Brightness(scene(seed)).enhance(light)
    assert apart(scene(seed), ImageEnhance.Contrast(image).enhance(contrast)) <= prints.SAME


@few_examples
@given(seeds, st.floats(0.4, 1.0), st.integers(40, 90), st.floats(0.85, 1.05))
def test_what_a_chat_group_does_to_a_photo_leaves_the_print(
    seed: int, scale: float, quality: int, light: float
) -> None:
    image = scene(seed)
    small = image.resize((int(image.width * scale), int(image.height * scale)))
    assert apart(image, recompressed(ImageEnhance.Brightness(small).enhance(light), quality)) <= prints.SAME


def test_other_pictures_are_far_apart() -> None:
    taken = [of(scene(seed)) for seed in range(200)]
    bits = prints.distances(taken, taken)[np.triu_indices(len(taken), 1)]
    assert bits.min() > 2 * prints.SAME
    assert 30 < bits.mean() < 34


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 120, 60)])
def test_what_shows_too_little_has_no_print(colour: tuple[int, int, int]) -> None:
    assert prints.taken(Image.new("RGB", (640, 480), colour)) is None
    assert prints.taken(scene(1).resize((200, 40))) is None


@few_examples
@given(pictures, st.sets(st.integers(0, 63), max_size=7))
def test_the_index_finds_every_print_up_to_seven_bits_away(picture: int, turned: set[int]) -> None:
    other = picture
    for bit in turned:
        other ^= 1 << bit
    assert prints.distances([picture], [other])[0, 0] == len(turned)
    found = zip(prints.probes(picture), prints.bands(other), strict=True)
    assert any(band in values for values, band in found)


@few_examples
@given(st.binary(max_size=300))
def test_rubbish_has_no_print_and_stops_nobody(content: bytes) -> None:
    assert api.print_of(io.BytesIO(content)) is None


def test_a_clean_copy_has_the_print_that_was_taken_of_the_original(tmp_path) -> None:
    path = tmp_path / "photo.jpg"
    scene(7).save(path, quality=92)
    photo, copy = api.examine(path)
    again = api.print_of(io.BytesIO(copy))
    assert photo.picture is not None
    assert again is not None
    assert (photo.picture ^ again).bit_count() <= prints.SAME
