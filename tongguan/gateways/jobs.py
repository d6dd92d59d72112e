# SPDX-License-Identifier: Apache-2.0
"""The gateway of every engine, the embedded broker, and what is kept not for ever."""

import logging
import threading
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connections

from tongguan.gateways.contracts import EMBEDDED
from tongguan.gateways.embedded import HOST, Embedded
from tongguan.gateways.models import Broker, Gateway, Kept, Note, Seat
from tongguan.gateways.store import Registered
from tongguan.gateways.team import Team
from tongguan.kernel import clock
from tongguan.runtime import spi, transactions

log = logging.getLogger(__name__)
#: Days after which a kept message or a device nobody saw again goes.
DAYS: Final = 30
_LOOK: Final = 5.0
#: How devices speak to the embedded broker: tongguan/<thing>/<property> {"value": 21.5}, "time" if known.
TOPIC: Final = "tongguan/{thing}/{property}"
_DECLARATION: Final = {
    "topic": TOPIC,
    "value": "value",
    "time": "time",
    "need_time": False,
    "unit": "unit",
}


def work(stop: threading.Event) -> None:
    """Be the gateway of this engine until told to stop, with the embedded broker while none is declared."""
    embedded = Embedded(settings.MQTT_PORT) if settings.MQTT_PORT else None
    team = threading.Thread(target=Team(Registered()).run, args=(stop,), name="gateway", daemon=True)
    told = ""
    while not stop.is_set():
        try:
            if embedded is not None:
                offer(embedded)
            told = ""
        except Exception as error:
            if told != repr(error):
                log.exception("the embedded broker cannot be looked after")
            told = repr(error)
            connections.close_all()
        if team.ident is None and not stop.is_set():
            team.start()
        stop.wait(_LOOK)
    if team.is_alive():
        team.join(10.0)
    if embedded is not None:
        embedded.stop()
    connections.close_all()


def offer(embedded: Embedded) -> bool:
    """Run the embedded broker while no other is declared; tell whether it runs."""
    others = Broker.objects.filter(active=True).exclude(name=EMBEDDED).exists()
    own = Broker.objects.filter(name=EMBEDDED).first()
    if others or not embedded.start():
        embedded.stop()
        if own is not None and own.active and others:
            Broker.objects.filter(pk=own.pk).update(active=False)
        return False
    if own is None or not own.active or own.port != embedded.port or own.declaration != _DECLARATION:
        _declare(embedded.port, (own.changed if own else 0) + 1)
    return True


def _declare(port: int, changed: int) -> None:
    with transactions.atomic():
        row, _ = Broker.objects.update_or_create(
            name=EMBEDDED,
            defaults={
                "host": HOST,
                "port": port,
                "version": 4,
                "topics": ["tongguan/+/+"],
                "payload": "json",
                "declaration": _DECLARATION,
                # Loopback only: who reaches it sits at this machine.
                "division": "",
                "size": 1_000,
                "linger_ms": 50,
                "flood_rate": 100.0,
                "flood_burst": 10_000,
                "keep": 10_000,
                "active": True,
                "changed": changed,
            },
        )
        Seat.objects.get_or_create(broker=row, number=0)


@spi.every(300.0, "gateways.prune")
def prune() -> int:
    """Let go what is beyond a broker's bound or older than 30 days; give how many messages went."""
    before = clock.now() - timedelta(days=DAYS)
    gone = Kept.objects.filter(at__lt=before).delete()[0]
    for broker in Broker.objects.all():
        newest = Kept.objects.filter(broker=broker).order_by("-id")
        last = newest.values_list("id", flat=True)[broker.keep : broker.keep + 1].first()
        if last is not None:
            gone += Kept.objects.filter(broker=broker, id__lte=last).delete()[0]
    Note.objects.filter(last_at__lt=before).delete()
    Gateway.objects.filter(until__lt=clock.now() - timedelta(days=1)).delete()
    return gone


spi.companions.register("gateways", work)
