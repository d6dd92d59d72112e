# SPDX-License-Identifier: Apache-2.0
"""Tables of cases: the matter itself, who may see it, its history, and the process it follows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id

OPEN = Q(closed_at__isnull=True)


class ProcessVersion(models.Model):
    """One wording of a process table, kept for ever: a running case keeps the version it began with.

    ``body`` is JSON as text: the order of states and moves means something, and jsonb does not keep it.
    """

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    body = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=60)

    class Meta:
        """A wording is numbered once and stored once."""

        constraints = (models.UniqueConstraint(fields=["code", "version"], name="cases_process_version"),)


class Case(models.Model):
    """The thing to be solved.

    ``hub`` is the division of the centre that runs it now. ``district`` and ``street`` repeat the first 6
    and 9 digits of ``division`` so that the newest cases of a centre are read in order from one index.
    ``line_no`` and ``line_hash`` are the head of the timeline's chain.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=32, unique=True)
    item_code = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    division = models.CharField(max_length=12)
    district = models.CharField(max_length=6)
    street = models.CharField(max_length=9)
    hub = models.CharField(max_length=12)
    grid = models.CharField(max_length=20, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    cell = models.BigIntegerField(null=True)
    address = models.CharField(max_length=300, blank=True)
    component_code = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20)
    stage = models.CharField(max_length=12)
    process_code = models.CharField(max_length=40)
    process_version = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    urgency = models.CharField(max_length=10)
    source = models.CharField(max_length=40)
    filing_rule_id = models.BigIntegerField(null=True)
    filing = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    lead_unit = models.ForeignKey(
        "people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lead_unit_path = models.CharField(max_length=64, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    collector = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reporter_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reporter_secret = models.BooleanField(default=False)
    held_state = models.CharField(max_length=20, blank=True)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    suspensions = models.PositiveSmallIntegerField(default=0)
    urges = models.PositiveSmallIntegerField(default=0)
    reopens = models.PositiveSmallIntegerField(default=0)
    reporter_count = models.PositiveIntegerField(default=1)
    line_no = models.PositiveIntegerField(default=0)
    line_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        """Each index answers one list of the desk in its own order; open cases have narrow ones."""

        indexes = (
            models.Index(fields=["opened_at", "id"], name="cases_newest"),
            models.Index(fields=["district", "opened_at", "id"], name="cases_district_newest"),
            models.Index(fields=["street", "opened_at", "id"], name="cases_street_newest"),
            models.Index(fields=["division", "opened_at", "id"], name="cases_division_newest"),
            models.Index(fields=["state", "opened_at", "id"], name="cases_state_newest", condition=OPEN),
            models.Index(
                fields=["district", "state", "opened_at", "id"], name="cases_open_state", condition=OPEN
            ),
            # Holds all that counts and groups of open cases ask, so that they never touch the rows. SQLite
            # wants closed_at in it to believe that it is empty.
            models.Index(
                fields=["division", "state", "due_at", "item_code", "closed_at"],
                name="cases_open_counts",
                condition=OPEN,
            ),
            models.Index(
                fields=["closed_at", "division", "cell"],
                name="cases_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"], name="cases_open_due", condition=OPEN & Q(due_at__isnull=False)
            ),
            models.Index(fields=["lead_unit_path", "opened_at", "id"], name="cases_lead_newest"),
            models.Index(fields=["cell", "opened_at"], name="cases_cell"),
            # Holds all that a map's clusters ask, so that they never touch the rows.
            models.Index(fields=["cell", "division", "due_at"], name="cases_open_map", condition=OPEN),
            models.Index(fields=["item_code", "opened_at", "id"], name="cases_item_newest"),
            models.Index(
                fields=["handler", "opened_at"], name="cases_handler", condition=Q(handler__isnull=False)
            ),
            models.Index(
                fields=["collector", "opened_at"],
                name="cases_collector",
                condition=Q(collector__isnull=False),
            ),
            models.Index(
                fields=["reporter_user", "opened_at"],
                name="cases_reporter",
                condition=Q(reporter_user__isnull=False),
            ),
        )


class Involvement(models.Model):
    """A unit that has to do with a case, and therefore may see it: lead, co, supervising, ruled."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements", db_index=False)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = models.CharField(max_length=64)
    role = models.CharField(max_length=12)
    division = models.CharField(max_length=12)
    opened_at = models.DateTimeField()
    since = models.DateTimeField()

    class Meta:
        """Once per case, unit and role; a unit's newest cases are read from one index."""

        constraints = (
            models.UniqueConstraint(fields=["case", "unit", "role"], name="cases_involvement_once"),
        )
        indexes = (models.Index(fields=["unit_path", "opened_at", "case"], name="cases_involvement_unit"),)


class TimelineEntry(models.Model):
    """One line of a case's history. Never changed, never deleted; each line carries the hash of the last."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timeline", db_index=False)
    no = models.PositiveIntegerField()
    move = models.CharField(max_length=30)
    frm = models.CharField(max_length=20, blank=True)
    to = models.CharField(max_length=20)
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=100, blank=True)
    post = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    clause = models.CharField(max_length=200, blank=True)
    inputs = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        """A line has one number within its case."""

        constraints = (models.UniqueConstraint(fields=["case", "no"], name="cases_timeline_line"),)
