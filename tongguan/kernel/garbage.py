# SPDX-License-Identifier: Apache-2.0
"""Python's search for circular garbage, held back while many rows are made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_lying() -> Iterator[None]:
    """Search for no circles in the block.

    A batch makes some hundred thousand values and no circles; looking for them, over and over, was a fifth of
    its time. What is not in a circle is freed at once, as ever, so memory stays bounded by the batch.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
