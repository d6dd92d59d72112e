# SPDX-License-Identifier: Apache-2.0
"""What insight does by time: once a day it looks at all limits and forecasts the coming week."""

from datetime import timedelta
from typing import Final

from tongguan.insight import forecasting, limits
from tongguan.insight.models import Look, Overload
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.spi import every

_DAY: Final = timedelta(hours=23)


@every(600, "insight.limits")
def look_at_limits() -> int:
    """Look at every limit when the last look is a day old; give how many proposals are new."""
    now = clock.now()
    if Look.objects.filter(at__gt=now - _DAY).exists():
        return 0
    return limits.look(PLATFORM, now).proposed


@every(600, "insight.overload")
def forecast_overload() -> int:
    """Forecast the coming week when the last forecast is a day old; give of how many units."""
    now = clock.now()
    if Overload.objects.filter(made_at__gt=now - _DAY, hindcast=False).exists():
        return 0
    return forecasting.forecast(now)
