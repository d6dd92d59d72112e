# SPDX-License-Identifier: Apache-2.0
"""For tests of the floors above: a key that goes missing."""

from pathlib import Path

from tongguan.vault import keyring


def lose_keys() -> Path:
    """Take the key ring away, as if the disk had been lost without a backup; give where it is hidden now."""
    path = keyring.path_of_ring()
    return path.rename(path.with_suffix(".lost"))


def find_keys(hidden: Path) -> None:
    """Put the ring back, as from a backup."""
    hidden.replace(keyring.path_of_ring())
