# SPDX-License-Identifier: Apache-2.0
"""The passwords of brokers at rest: sealed for their own broker, opened only to connect."""

from typing import Final

from tongguan.gateways.models import Broker
from tongguan.vault import spi
from tongguan.vault.api import SealedPasswords

PASSWORDS: Final = SealedPasswords(Broker, "broker-password", "消息服务器密码")
closed, opened = PASSWORDS.closed, PASSWORDS.opened

spi.columns.register("brokers.password", PASSWORDS)
