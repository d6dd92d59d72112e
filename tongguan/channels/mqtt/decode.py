# SPDX-License-Identifier: Apache-2.0
"""Pure: the payloads that devices send through brokers, under the names by which a broker declares them."""

from collections.abc import Mapping
from typing import Final

from tongguan.channels.mqtt.declared import JsonByDeclaration
from tongguan.channels.mqtt.senml import SenMl
from tongguan.channels.mqtt.sparkplug import SparkplugB
from tongguan.gateways.spi import Decoder

DECODERS: Final[Mapping[str, Decoder]] = {
    "json": JsonByDeclaration(),
    "senml": SenMl(),
    "sparkplug": SparkplugB(),
}
