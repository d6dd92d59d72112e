# SPDX-License-Identifier: Apache-2.0
"""The real store: keys are known by the register of sensors, readings go to sensing."""

from collections.abc import Collection, Mapping

from tongguan.gateways.contracts import Key
from tongguan.gateways.resolving import Known
from tongguan.kernel.frames import Frame
from tongguan.sensing import api as sensing
from tongguan.sensors import queries as sensors
from tongguan.sensors.contracts import Stream


class Registered:
    """Streams of the register; a broker may write those of its own division and below, no others."""

    def streams(self, keys: Collection[Key], division: str) -> Mapping[Key, Known]:
        """Give the datastreams in use by key or number; two statements at most."""
        numbers = [key for key in keys if isinstance(key, int)]
        names = [key for key in keys if not isinstance(key, int)]
        found: dict[Key, Stream] = {}
        if names:
            found |= dict(sensors.datastreams_by_key(names).items())
        if numbers:
            found |= dict(sensors.streams(numbers).items())
        return {
            key: Known(one.id, one.unit)
            for key, one in found.items()
            if one.active and one.division.startswith(division)
        }

    def conversion(self, told: str, unit: str) -> tuple[float, float] | None:
        """Give (factor, offset) from a told unit into a stream's; None when there is none."""
        return sensors.conversion(told, unit)

    def stamp(self) -> str:
        """Give the register's stamp."""
        return sensors.stamp()

    def take(self, frame: Frame) -> None:
        """Keep readings; durable when it returns."""
        sensing.take(frame)
