# SPDX-License-Identifier: Apache-2.0
"""What analysis does by time: forecasts and their record once a day, projects once a day."""

from typing import Final

from tongguan.analysis import api
from tongguan.analysis.asking import LOCAL
from tongguan.casebook.queries import open_book
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import spi

_HOUR: Final = 3600


def ready() -> bool:
    """Tell whether the casebook has everything of yesterday: a day that is not over is no day."""
    with open_book(PLATFORM) as book:
        return book.read_at is not None and book.read_at.astimezone(LOCAL).date() >= api.today()


@spi.every(600, "analysis.foretell")
def foretell() -> int:
    """Forecast once a day, as soon as yesterday is whole; give how many forecasts were settled or made."""
    return api.foretell() if ready() else 0


@spi.every(6 * _HOUR, "analysis.projects")
def find_projects() -> int:
    """Look for what comes back; give how many projects were found or refreshed."""
    return api.find_projects() if ready() else 0
