# SPDX-License-Identifier: Apache-2.0
"""Tables of the cellar."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class FactRecord(models.Model):
    """One published fact: the transactional outbox and the replayable stream in one.

    ``seq`` is null until the relay, after commit, gives it its place in the stream: readers that
    follow ``seq`` can therefore never step over a fact that commits late.
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(null=True, unique=True)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    division = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Unnumbered facts are found by a partial index that stays tiny."""

        indexes = (
            models.Index(fields=["id"], name="runtime_fact_unnumbered", condition=models.Q(seq__isnull=True)),
        )


class Sequence(models.Model):
    """A counter that gives gap-free numbers inside the transaction that uses them."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.BigIntegerField(default=0)


class Lease(models.Model):
    """Who may do a named thing until when. Taken, renewed and fenced by conditional updates."""

    name = models.CharField(max_length=120, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()


class Cursor(models.Model):
    """How far one subscriber has read the stream, and what stands in its way.

    ``careful_until``: up to this seq facts are given one by one, because a batch holding them failed.
    """

    name = models.CharField(max_length=120, primary_key=True)
    seq = models.BigIntegerField(default=0)
    careful_until = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)


class DeadLetter(models.Model):
    """A fact that one subscriber could not take: kept with its error until somebody replays it."""

    subscriber = models.CharField(max_length=120)
    fact = models.ForeignKey(FactRecord, on_delete=models.PROTECT, related_name="+")
    error = models.TextField()
    attempts = models.IntegerField()
    at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True, blank=True)
    replayed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        """One letter per subscriber and fact."""

        constraints = (
            models.UniqueConstraint(fields=["subscriber", "fact"], name="runtime_deadletter_once"),
        )


class Periodic(models.Model):
    """When a periodic duty is due next, and since when it has been failing."""

    name = models.CharField(max_length=120, primary_key=True)
    due_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """Long work with progress. ``position`` is where a killed run goes on; its form is the kind's own."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=80)
    actor_key = models.CharField(max_length=80, db_index=True)
    actor_name = models.CharField(max_length=80)
    params = models.JSONField()
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    position = models.JSONField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    starts = models.IntegerField(default=0)
    undo_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Open jobs are found by a partial index."""

        indexes = (
            models.Index(
                fields=["created_at"],
                name="runtime_job_open",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        )


class JobFailure(models.Model):
    """One row of a job that was refused, with the reason in both languages."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="failures")
    row = models.CharField(max_length=120)
    code = models.CharField(max_length=80)
    zh = models.TextField()
    en = models.TextField()


class AuditHead(models.Model):
    """The end of one subject's audit chain; its row lock keeps the chain single."""

    subject = models.CharField(max_length=120, primary_key=True)
    no = models.IntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class AuditEntry(models.Model):
    """One act, chained to the one before it on the same subject. Never changed, never deleted."""

    subject = models.CharField(max_length=120)
    no = models.IntegerField()
    verb = models.CharField(max_length=80, db_index=True)
    actor_key = models.CharField(max_length=80, db_index=True)
    actor_name = models.CharField(max_length=80)
    detail = models.JSONField()
    at = models.DateTimeField(db_index=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        """A place in a chain is taken once."""

        constraints = (models.UniqueConstraint(fields=["subject", "no"], name="runtime_audit_place"),)


class AuditAnchor(models.Model):
    """The daily seal over one source's chain rows: those with ids in ``(after_id, upto_id]``.

    Noted first, sealed (``root`` filled) when every transaction that began before has ended.
    """

    source = models.CharField(max_length=80)
    day = models.DateField()
    after_id = models.BigIntegerField()
    upto_id = models.BigIntegerField()
    noted_at = models.DateTimeField()
    rows = models.BigIntegerField(default=0)
    root = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        """One seal a day for each source."""

        constraints = (models.UniqueConstraint(fields=["source", "day"], name="runtime_anchor_daily"),)


class StoredFile(models.Model):
    """An attachment: the original by its content hash, and for images a public copy without metadata."""

    id = models.UUIDField(primary_key=True, default=new_id)
    sha256 = models.CharField(max_length=64, db_index=True)
    public_sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    purpose = models.CharField(max_length=40)
    actor_key = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    #: What the picture looks like (64 bits, signed; null when it shows too little), its quarters of 16 bits
    #: by which its like are found, and by which version of the method it was looked at.
    picture = models.BigIntegerField(null=True)
    quarter_a = models.IntegerField(null=True)
    quarter_b = models.IntegerField(null=True)
    quarter_c = models.IntegerField(null=True)
    quarter_d = models.IntegerField(null=True)
    looked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """One index a quarter; another one for what nobody has looked at yet."""

        indexes: ClassVar[list[models.Index]] = [
            *(
                models.Index(
                    fields=[f"quarter_{one}"],
                    name=f"runtime_file_quarter_{one}",
                    condition=models.Q(**{f"quarter_{one}__isnull": False}),
                )
                for one in "abcd"
            ),
            models.Index(fields=["looked"], name="runtime_file_looked"),
        ]


class IdempotencyKey(models.Model):
    """A request that was answered: the same key gives the same answer again."""

    client = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    token = models.UUIDField()
    answer = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """The constraint that decides a race."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "key"], name="runtime_idempotency_once")
        ]
