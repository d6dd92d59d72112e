# SPDX-License-Identifier: Apache-2.0
"""Reads of the vault: which keys there are and what they seal."""

from collections import defaultdict

from tongguan.vault import keyring, spi
from tongguan.vault.contracts import KeyInfo


def all_keys() -> list[KeyInfo]:
    """Give every key, the current one first: those of the ring, and those that stored values name.

    Counts every sealed row: for operators, not for hot paths.
    """
    ring = keyring.ring()
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for column in spi.columns.items().values():
        for key, count in column.counts().items():
            rows[key][column.title] = count
    known = {key.id: key.made_at for key in ring.keys}
    names = sorted(
        known.keys() | rows.keys(), key=lambda name: (name != ring.current, name not in known, name)
    )
    return [
        KeyInfo(name, known.get(name), name == ring.current, name in known, rows.get(name, {}))
        for name in names
    ]
