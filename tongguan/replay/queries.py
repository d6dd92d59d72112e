# SPDX-License-Identifier: Apache-2.0
"""Reads of replay: which sources are declared, and whether their declarations hold."""

from tongguan.kernel.errors import Invalid
from tongguan.replay import mapping


def checked_sources() -> list[tuple[str, str]]:
    """Read every shipped declaration of a source; give (file name, title) of each.

    Raises ValueError naming all that are wrong, each with its faults.
    """
    found, wrong = [], []
    for name in mapping.names():
        try:
            found.append((f"{name}.yaml", mapping.load(name).title))
        except Invalid as invalid:
            wrong.append(str(invalid.params["why"]))
    if wrong:
        raise ValueError("；".join(wrong))
    return found
