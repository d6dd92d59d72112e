# SPDX-License-Identifier: Apache-2.0
"""What the doctor asks of gateways: does every broker have somebody who listens, what is not understood."""

from collections.abc import Iterator

from tongguan.gateways import queries
from tongguan.gateways.contracts import BrokerInfo
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.health import Finding, Level, installation_checks


def check_brokers() -> Iterator[Finding]:
    """Look at every broker that is listened to."""
    for broker in queries.brokers(PLATFORM):
        if broker.active:
            yield from _one(broker)


def _one(broker: BrokerInfo) -> Iterator[Finding]:
    name = broker.name
    for seat in broker.seats:
        if seat.failing_since is not None:
            minutes = int((clock.now() - seat.failing_since).total_seconds() / 60)
            yield Finding(
                Level.BROKEN,
                f"{name}/{seat.number} 已失败 {minutes} 分钟：{seat.error}",
                f"{name}/{seat.number} fails since {minutes} minutes: {seat.error}",
            )
    up = [seat for seat in broker.seats if seat.connected_at is not None and seat.failing_since is None]
    flooded = sum(seat.flooded for seat in broker.seats)
    if not up and not any(seat.failing_since for seat in broker.seats):
        yield Finding(Level.WARNING, f"{name} 无人收听（引擎未启动？）", f"nobody listens to {name}")
    elif up:
        rate = sum(seat.rate for seat in up)
        last = max((seat.last_message_at for seat in up if seat.last_message_at), default=None)
        zh = f"{name} 每秒 {rate:.1f} 条，时延 {max(s.lag_ms for s in up)} 毫秒，最近 {last or '无'}"
        yield Finding(Level.GOOD, zh, f"{name}: {rate:.1f} messages/s, last {last or 'none'}")
    if broker.kept:
        yield Finding(
            Level.WARNING,
            f"{name} 有 {broker.kept} 条消息未能识别，可用 tongguan brokers kept {name} 查看",
            f"{name}: {broker.kept} messages were not understood: tongguan brokers kept {name}",
        )
    if flooded:
        yield Finding(
            Level.WARNING,
            f"{name} 有设备超量，共截去 {flooded} 个读数，见 tongguan brokers devices {name} --kind flood",
            f"{name}: devices told too much, {flooded} readings were cut",
        )


def register() -> None:
    """Hang the check into the doctor's list."""
    installation_checks.register("消息服务器 brokers", check_brokers)
