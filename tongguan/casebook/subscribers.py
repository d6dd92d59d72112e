# SPDX-License-Identifier: Apache-2.0
"""The book follows the facts: they mark what is to be read anew."""

from tongguan.casebook import keeping, marking
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(*marking.FACTS, name="casebook", batch=500)
def follow(batch: list[Delivered]) -> None:
    """Mark the cases and tellings that these facts tell of."""
    keeping.mark((told for one in batch for told in marking.told(one.fact)), batch[-1].seq)
