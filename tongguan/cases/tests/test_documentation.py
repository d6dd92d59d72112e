# SPDX-License-Identifier: Apache-2.0
"""The pictures of the processes in the documentation are those of the shipped tables."""

from pathlib import Path

import pytest

from tongguan.cases import picture, queries

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"


@pytest.mark.parametrize("process", queries.checked_processes(), ids=lambda p: p.code)
def test_the_picture_in_the_documentation_is_the_shipped_process(process):
    drawn = (PICTURES / f"process-{process.code}.svg").read_text(encoding="utf-8")
    assert drawn == picture.svg(process), f"draw anew: tongguan lifecycle picture --shipped {process.code}"
