# SPDX-License-Identifier: Apache-2.0
"""One process's share of the seats: taken by conditional update, evenly among the gateways that live.

A seat that nobody renews is taken over by another gateway under the same client id, and with it what its
broker had not been answered. A changed declaration ends the seat's thread; the next round begins it anew.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from django.conf import settings
from django.db import connections
from django.db.models import Q

from tongguan.gateways import credentials, queries
from tongguan.gateways.connection import SESSION, Where
from tongguan.gateways.contracts import EMBEDDED
from tongguan.gateways.flood import Buckets
from tongguan.gateways.ledger import SeatLedger
from tongguan.gateways.models import Broker, Gateway, Seat
from tongguan.gateways.resolving import Resolver, Store
from tongguan.gateways.running import Runner
from tongguan.gateways.spi import decoders
from tongguan.gateways.taking import Gate
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.runtime import transactions

log = logging.getLogger(__name__)
ROUND: Final = 1.0


class Working(Protocol):
    """A seat's thread."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Ask it to end."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""

    def is_alive(self) -> bool:
        """Tell whether it works."""


Begin = Callable[[Store, Broker, Seat], Working]


@dataclass(slots=True)
class Sitting:
    """A seat held here: its thread, and the declaration it runs by."""

    broker: int
    changed: int
    runner: Working


class Team:
    """The gateway of one process."""

    def __init__(
        self, store: Store, name: str = "", lease: float | None = None, runner: Begin | None = None
    ) -> None:
        """Name it; ``lease`` in seconds, by default that of the engine; ``runner`` makes a seat's thread."""
        self._runner = runner or runner_of
        self.name = name or f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._store = store
        self._lease = timedelta(seconds=settings.LEASE_SECONDS if lease is None else lease)
        self.sitting: dict[int, Sitting] = {}
        self._broken: dict[str, str] = {}

    def run(self, stop: threading.Event) -> None:
        """Take part until told to stop. A failing round is logged once, and once more when it works again."""
        failing = False
        while not stop.is_set():
            try:
                self.round()
            except Exception:
                if not failing:
                    log.exception("gateway %s: its seats cannot be looked after", self.name)
                failing = True
                connections.close_all()
            else:
                if failing:
                    log.warning("gateway %s works again", self.name)
                failing = False
            stop.wait(min(ROUND, self._lease.total_seconds() / 4))
        self.end()
        connections.close_all()

    def round(self) -> None:
        """Renew, give back what is too much or stopped, take what is free, begin what is new."""
        now = clock.now()
        brokers = {row.pk: row for row in Broker.objects.filter(active=True)}
        with transactions.atomic():
            Gateway.objects.update_or_create(name=self.name, defaults={"until": now + self._lease})
            Seat.objects.filter(holder=self.name, until__gt=now).update(until=now + self._lease)
        held = {seat.pk: seat for seat in Seat.objects.filter(holder=self.name, until__gt=now)}
        for number in [n for n in self.sitting if n not in held]:
            # Not renewed in time: somebody else may sit there already.
            self._rise(number, give_back=False)
        alive = Gateway.objects.filter(until__gt=now).count() or 1
        for broker in brokers.values():
            fair = -(-broker.seats // alive)
            mine = [seat for seat in held.values() if seat.broker_id == broker.pk]
            for seat in mine[fair:]:
                self._rise(seat.pk, give_back=True)
            taken = mine[:fair]
            if len(taken) < fair:
                taken += self._take(broker, fair - len(taken))
            for seat in taken:
                self._begin(broker, seat)
        for seat in held.values():
            if seat.broker_id not in brokers:
                self._rise(seat.pk, give_back=True)

    def _take(self, broker: Broker, wanted: int) -> list[Seat]:
        now = clock.now()
        free = Q(until=None) | Q(until__lte=now)
        found: list[Seat] = []
        for seat in Seat.objects.filter(free, broker=broker, number__lt=broker.seats).order_by("number"):
            if len(found) == wanted:
                break
            won = Seat.objects.filter(free, pk=seat.pk).update(holder=self.name, until=now + self._lease)
            if won == 1:
                found.append(seat)
        return found

    def _begin(self, broker: Broker, seat: Seat) -> None:
        sitting = self.sitting.get(seat.pk)
        if sitting is not None and sitting.changed == broker.changed and sitting.runner.is_alive():
            return
        if sitting is not None:
            self._rise(seat.pk, give_back=False)
        try:
            runner = self._runner(self._store, broker, seat)
        except (Refusal, KeyError) as error:
            words = error.zh if isinstance(error, Refusal) else str(error)
            if self._broken.get(broker.name) != words:
                log.error("gateway: broker %s cannot be read: %s", broker.name, words)  # noqa: TRY400 - told whole
            self._broken[broker.name] = words
            Seat.objects.filter(pk=seat.pk).update(error=words[:300], failing_since=clock.now())
            return
        self._broken.pop(broker.name, None)
        runner.start()
        self.sitting[seat.pk] = Sitting(broker.pk, broker.changed, runner)

    def _rise(self, seat: int, *, give_back: bool) -> None:
        sitting = self.sitting.pop(seat, None)
        if sitting is not None:
            sitting.runner.stop()
            sitting.runner.join(5.0)
        if give_back:
            Seat.objects.filter(pk=seat, holder=self.name).update(holder="", until=None, connected_at=None)

    def end(self) -> None:
        """Leave all seats; others take them at once."""
        for sitting in self.sitting.values():
            sitting.runner.stop()
        for number in list(self.sitting):
            self._rise(number, give_back=True)
        Gateway.objects.filter(name=self.name).delete()


def where_of(broker: Broker, number: int) -> Where:
    """Give how a broker's seat connects. Raises CannotOpen when the key of its password is lost."""
    topics = tuple(broker.topics)
    if broker.share:
        topics = tuple(f"$share/{broker.share}/{topic}" for topic in topics)
    return Where(
        host=broker.host,
        port=broker.port,
        client=queries.client_of(broker.name, number),
        topics=topics,
        qos=broker.qos,
        tls=broker.tls,
        authority=broker.authority,
        user=broker.user,
        password=credentials.opened(broker),
        version=broker.version,
        # Nobody else keeps what comes for the embedded broker while this process is away.
        session=0 if broker.name == EMBEDDED else SESSION,
    )


def runner_of(store: Store, broker: Broker, seat: Seat) -> Runner:
    """Make a seat's thread, not yet started. Raises Invalid for a declaration that cannot be read."""
    reader = decoders.get(broker.payload).reader(broker.declaration, bytes(broker.memory))
    buckets = Buckets(broker.flood_rate, broker.flood_burst)
    gate = Gate(reader, store, Resolver(store, broker.division), buckets)
    ledger = SeatLedger(broker.pk, seat.pk, reader.memory)
    name = f"{broker.name}/{seat.number}"
    where = partial(where_of, broker, seat.number)
    return Runner(name, where, gate, store.take, ledger, broker.size, broker.linger_ms)
