# SPDX-License-Identifier: Apache-2.0
"""Every process knows the facts of every room from its start: a fact of any room can be read back."""

import subprocess
import sys
from pathlib import Path

import tongguan

ROOT = Path(tongguan.__file__).parent
ASK = """
import sys, django
django.setup()
names = (name for name in sys.modules if name.startswith("tongguan.") and name.endswith(".facts"))
print("\\n".join(sorted(names)))
"""


def test_a_fresh_process_knows_the_facts_of_every_room() -> None:
    """A reader of the outbox met a fact of a room nobody had imported yet, and gave it up as unreadable."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    rooms = {path.parent.name for path in ROOT.glob("*/facts.py")}
    assert set(answer.stdout.split()) == {f"tongguan.{room}.facts" for room in rooms}
