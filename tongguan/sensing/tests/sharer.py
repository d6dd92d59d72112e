# SPDX-License-Identifier: Apache-2.0
"""A worker as a program of its own, for tests: owns its share of the parts until SIGTERM or a kill."""

import signal
import sys
from collections.abc import Callable

from django.conf import settings

from tongguan.sensing import owning, worker

PARTS = 8


def main() -> None:
    """Work on the bus, stores below the folder; without a database, so that it starts quickly."""
    url, folder, name, stream = sys.argv[1:]
    settings.configure(
        HOME=folder, READINGS_RAW_DAYS=9, READINGS_MINUTE_DAYS=9, READINGS_HOUR_DAYS=9, LEASE_SECONDS=9
    )

    def opened(part: int) -> owning.Residence:
        return owning.Residence(owning.part_folder(part))

    one = worker.Worker(url, name, PARTS, opened, stream=stream)

    def ended(stop: Callable[[], None]) -> None:
        signal.signal(signal.SIGTERM, lambda *_: stop())

    worker.run(one, ended)


if __name__ == "__main__":
    main()
