# SPDX-License-Identifier: Apache-2.0
"""Tables of the exchange: links to departments' systems, what is told to them and by them, ids both ways."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id


class Link(models.Model):
    """A unit's own system, or a service's (110, 119, 120) for a division: exactly one of the two.

    ``secret`` and ``old_secret`` are sealed; the old one holds until ``old_until``. ``contact``: a service is
    told the caller's number. ``failures`` … ``last_ok_at`` say how its system is doing; ``version`` counts
    every change of the rest.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=20, blank=True)
    contact = models.BooleanField(default=False)
    division = models.CharField(max_length=12, blank=True)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=500)
    old_secret = models.CharField(max_length=500, blank=True)
    old_until = models.DateTimeField(null=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    items: Any = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    last_ok_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)

    class Meta:
        """Of a unit or of a service; a service has one system per division."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, service="") | Q(unit__isnull=True, service__gt=""),
                name="exchange_unit_or_service",
            ),
            models.UniqueConstraint(
                fields=["service", "division"], condition=Q(service__gt=""), name="exchange_service_once"
            ),
        ]


class SyncedOrder(models.Model):
    """A work order that a department's system knows: our id and theirs.

    To a service's system both ids are the hand-over's, which may have no case yet: here and in what waits to
    be sent. ``open``: it is still theirs. ``told_number`` and ``told_at`` are those of the newest of their
    events that was done; what comes in with older ones is out of date.
    """

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField()
    case_id = models.UUIDField()
    their_id = models.CharField(max_length=200, blank=True)
    open = models.BooleanField(default=True)
    told_number = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    since = models.DateTimeField()

    class Meta:
        """An order is known once to a system, and by one id of theirs."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["link", "order_id"], name="exchange_order_once"),
            models.UniqueConstraint(
                fields=["link", "their_id"], condition=Q(their_id__gt=""), name="exchange_their_id_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["case_id"], name="exchange_order_case")]


class OutgoingEvent(models.Model):
    """One event for a department, written once: every attempt and every replay sends the same bytes.

    ``report_id``: the telling whose caller's number is put in when it is sent, where the link is told them.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    case_id = models.UUIDField()
    order_id = models.UUIDField()
    fact_id = models.BigIntegerField()
    type = models.CharField(max_length=60)
    body = models.TextField()
    report_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """Numbered without gaps per link; one per order and fact."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["link", "seq"], name="exchange_event_number"),
            models.UniqueConstraint(fields=["link", "order_id", "fact_id"], name="exchange_event_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["link", "case_id", "seq"], name="exchange_event_case"),
        ]


class CaseQueue(models.Model):
    """How far one case's events have reached a department: all up to ``sent_seq``.

    The next one is tried at ``due_at`` (null: there is none, or it was given up and the case is ``stuck``).
    Claiming moves ``due_at`` on by a lease and writes ``claim``, so that what a killed engine held comes
    back by itself, and what it still records afterwards is refused.
    """

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    case_id = models.UUIDField()
    sent_seq = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stuck = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    class Meta:
        """One queue per link and case; what is due is found by a partial index."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["link", "case_id"], name="exchange_queue_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["link", "due_at"], name="exchange_queue_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["link"], name="exchange_queue_stuck", condition=Q(stuck=True)),
        ]


class IncomingEvent(models.Model):
    """One event of a department by its source and id: done, or refused and why. The same again is it.

    ``fields_due`` and ``lacks``: how many fields a done one ought to have filled, and which it left empty;
    null for those done before fields were counted.
    """

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    order_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10)
    code = models.CharField(max_length=60, blank=True)
    answer = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    fields_due = models.PositiveSmallIntegerField(null=True)
    lacks = models.JSONField(default=list)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        """CloudEvents promise that source and id name one event; refused ones are counted per link."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["link", "key"], name="exchange_incoming_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["link"], name="exchange_incoming_refused", condition=Q(state="refused")),
            models.Index(
                fields=["done_at"], name="exchange_incoming_done", condition=Q(done_at__isnull=False)
            ),
        ]
