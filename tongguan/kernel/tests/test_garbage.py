# SPDX-License-Identifier: Apache-2.0
"""The search for circles rests in the block and goes on after it, also after an error."""

import gc

import pytest

from tongguan.kernel import garbage


def test_circles_are_searched_for_again_after_the_block():
    with garbage.left_lying():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_ends_the_rest_too():
    with pytest.raises(ValueError, match="wrong"), garbage.left_lying():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_inside_another_block_it_stays_with_the_outer_one():
    with garbage.left_lying():
        with garbage.left_lying():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
