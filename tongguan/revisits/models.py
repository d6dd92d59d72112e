# SPDX-License-Identifier: Apache-2.0
"""Tables of call-backs (回访) and of suspicions that a case was closed falsely (虚假办结)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id


class Plan(models.Model):
    """One wording of a call-back plan; a change is a new version, and every draw names its own.

    ``size`` or ``half_width`` (0–1) is set. ``barred``: further units whose people may not call.
    """

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    division = models.CharField(max_length=12, blank=True)
    strata = models.JSONField(default=list)
    allocation = models.CharField(max_length=12)
    size = models.PositiveIntegerField(null=True)
    half_width = models.FloatField(null=True)
    level = models.FloatField()
    least = models.PositiveSmallIntegerField()
    attempts = models.PositiveSmallIntegerField()
    wait_hours = models.PositiveSmallIntegerField()
    barred = models.JSONField(default=list)
    reason = models.CharField(max_length=500)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """A wording is numbered once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="revisits_plan_version"),
        ]


class Draw(models.Model):
    """One sample drawn from the cases closed in a period. Never changed.

    ``strata``: in their order ``{"key": […], "words", "population", "size", "spread"}``. ``left_out``: how
    many cases were excluded, by reason. The seed, the method and the same cases give the same sample.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="draws")
    division = models.CharField(max_length=12, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    seed = models.BigIntegerField()
    method = models.CharField(max_length=40)
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    strata = models.JSONField()
    left_out = models.JSONField(default=dict)
    words = models.TextField()
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Read newest first."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-at"], name="revisits_draw_newest"),
        ]


class Cell(models.Model):
    """How many cases of a draw's population one unit has in one stratum: what an answer stands for."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="cells")
    stratum = models.PositiveIntegerField()
    unit_id = models.IntegerField()
    population = models.PositiveIntegerField()

    class Meta:
        """Once per draw, stratum and unit (0: no unit)."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["draw", "stratum", "unit_id"], name="revisits_cell_once"),
        ]


class Task(models.Model):
    """One case to call back about, or held in reserve to stand in for another of its stratum.

    The telephone number is not here: it is unsealed for the caller while the call is made. ``taken_at``:
    the caller has it in hand until then plus the holding time. ``chance`` is the case's random number.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    case_id = models.UUIDField(db_index=True)
    report_id = models.UUIDField(null=True)
    division = models.CharField(max_length=12)
    item_code = models.CharField(max_length=20)
    unit_id = models.IntegerField(default=0)
    closed_at = models.DateTimeField()
    stratum = models.PositiveIntegerField()
    rank = models.PositiveIntegerField()
    chance = models.FloatField()
    state = models.CharField(max_length=12)
    stands_for = models.UUIDField(null=True)
    ended_words = models.CharField(max_length=300, blank=True)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    caller_name = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True)
    unsealed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    responded = models.BooleanField(null=True)
    solved = models.BooleanField(null=True)
    satisfied = models.CharField(max_length=20, blank=True)
    content = models.BooleanField(null=True)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        """Once per draw and case; what waits for callers, and what is in reserve, are read in order."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["draw", "case_id"], name="revisits_task_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at", "division", "id"], name="revisits_task_waits", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["draw", "stratum", "rank"],
                name="revisits_task_reserve",
                condition=Q(state="reserve"),
            ),
            models.Index(fields=["draw", "state"], name="revisits_task_draw"),
            models.Index(fields=["closed_at"], name="revisits_task_closed"),
        ]


class Handled(models.Model):
    """A unit that had a part in a task's case, or is barred by the plan: none of its people may call."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="handled", db_index=False)
    unit_path = models.CharField(max_length=64)

    class Meta:
        """Once per task and unit; asked by the paths above a caller."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["task", "unit_path"], name="revisits_handled_once"),
        ]


class Attempt(models.Model):
    """One call that was made, and how it went. Never changed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="calls")
    no = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        """Numbered within the task."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["task", "no"], name="revisits_attempt_no"),
        ]


class Unwilling(models.Model):
    """Somebody who does not want to be called back, by the blind index of the telephone number."""

    caller_key = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()


class Suspicion(models.Model):
    """A detector's finding that one closing of a case may be false; ``round`` is how often it was reopened.

    ``state``: waiting, confirmed, rejected, or held (found while its detector was paused).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(db_index=True)
    round = models.PositiveSmallIntegerField()
    detector = models.CharField(max_length=20)
    version = models.CharField(max_length=60)
    score = models.FloatField()
    threshold = models.FloatField()
    words = models.TextField()
    evidence = models.JSONField(default=dict)
    division = models.CharField(max_length=12)
    unit_id = models.IntegerField(default=0)
    item_code = models.CharField(max_length=20)
    closed_at = models.DateTimeField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    action = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=500, blank=True)
    judged_key = models.CharField(max_length=60, blank=True)
    judged_by = models.CharField(max_length=60, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        """Once per closing and detector; what waits is read with the strongest first."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case_id", "round", "detector"], name="revisits_suspicion_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["division", "-id"],
                name="revisits_suspicion_waits",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["detector", "judged_at"], name="revisits_suspicion_judged"),
        ]


class Bar(models.Model):
    """From which score a detector's findings are put to people, as it was learned or set; the newest counts.

    ``paused``: its findings are held back until a person resumes it.
    """

    detector = models.CharField(max_length=20)
    threshold = models.FloatField()
    paused = models.BooleanField(default=False)
    words = models.CharField(max_length=500)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Read newest first."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["detector", "-id"], name="revisits_bar_newest"),
        ]


class Duration(models.Model):
    """How long one closing's handling took, in minutes: the history an item is compared with."""

    case_id = models.UUIDField()
    round = models.PositiveSmallIntegerField()
    item_code = models.CharField(max_length=20)
    minutes = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        """Once per closing; an item's are read by time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case_id", "round"], name="revisits_duration_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["item_code", "at"], name="revisits_duration_item"),
        ]


class Pace(models.Model):
    """The lower limit of an item's usual handling time, from its own history of ``count`` closings."""

    item_code = models.CharField(max_length=20, unique=True)
    count = models.PositiveIntegerField()
    median = models.FloatField()
    limit = models.FloatField()
    at = models.DateTimeField()
