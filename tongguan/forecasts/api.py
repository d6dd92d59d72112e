# SPDX-License-Identifier: Apache-2.0
"""What forecasts offers: forecasters and what goes into them."""

from tongguan.forecasts.contracts import Floats, Forecast, Forecaster, Panel, Recipe
from tongguan.forecasts.counts import Counts, Daily
from tongguan.forecasts.learned import Learned
from tongguan.forecasts.record import Record

__all__ = ["Counts", "Daily", "Floats", "Forecast", "Forecaster", "Learned", "Panel", "Recipe", "Record"]
