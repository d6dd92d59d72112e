# SPDX-License-Identifier: Apache-2.0
"""A worker as a program of its own, for tests: owns its share of the parts until SIGTERM or a kill."""

import signal
import sys
from pathlib import Path

from django.conf import settings

from tongguan.sensing import worker
from tongguan.sensing.aside import Aside
from tongguan.sensing.contracts import Policy
from tongguan.sensing.owner import Owner
from tongguan.series.api import open_store
from tongguan.series.testing import SMALL

PARTS = 8


def main() -> None:
    """Work on the bus, stores below the folder; without a database, so that it starts quickly."""
    settings.configure()
    url, folder, name, stream = sys.argv[1:]

    def opened(part: int) -> Owner:
        where = Path(folder) / f"part-{part}"
        return Owner(open_store(where / "store", SMALL), Aside(where / "aside"), Policy(), lambda: None)

    one = worker.Worker(url, name, PARTS, opened, stream=stream, fading=2.0)
    worker.run(one, lambda stop: signal.signal(signal.SIGTERM, lambda *_: stop()))


if __name__ == "__main__":
    main()
