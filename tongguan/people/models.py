# SPDX-License-Identifier: Apache-2.0
"""Tables of units, users, posts, duty, calendars and system tokens."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from tongguan.people.contracts import UnitInfo, UserInfo
from tongguan.people.labels import DAY_KINDS, POSTS, UNIT_KINDS


class RegisterStamp(models.Model):
    """The version of one register: caches in every process compare it. Its row is also the writers' lock."""

    name = models.CharField(max_length=40, primary_key=True)
    stamp = models.CharField(max_length=32)


class WorkCalendar(models.Model):
    """Shifts of a city or unit (工作日历). Holidays come from the national days plus its own days.

    ``shifts``: seven lists, Monday first, of ``["08:00", "12:00"]``; an end at or before its start is
    on the next day (night shift).
    """

    code = models.CharField("编码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=60)
    shifts = models.JSONField("班次")
    national = models.BooleanField("执行国家节假日", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        """Give the name officials use."""
        return self.name


class CalendarDay(models.Model):
    """One special day: of one calendar, or of the whole country when ``calendar`` is null."""

    calendar = models.ForeignKey(
        WorkCalendar,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="days",
        verbose_name="日历",
    )
    date = models.DateField("日期")
    kind = models.CharField("类型", max_length=16, choices=DAY_KINDS)
    name = models.CharField("名称", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        constraints = (
            models.UniqueConstraint(fields=["calendar", "date"], name="people_day_once"),
            models.UniqueConstraint(
                fields=["date"], condition=Q(calendar__isnull=True), name="people_national_day_once"
            ),
        )

    def __str__(self) -> str:
        """Give date and name."""
        return f"{self.date} {self.name}"


class Unit(models.Model):
    """An organisation (组织机构) in the tree that runs through all levels.

    ``path`` holds 4 digits per level (``000100020003``): a subtree is a prefix range.
    """

    code = models.CharField("编码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=100)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=64, unique=True)
    kind = models.CharField("类别", max_length=20, choices=UNIT_KINDS)
    duties = models.JSONField("职责", default=list)
    division = models.CharField("行政区划", max_length=12, db_index=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    calendar = models.ForeignKey(
        WorkCalendar, null=True, blank=True, on_delete=models.PROTECT, verbose_name="工作日历"
    )
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "组织机构"

    def __str__(self) -> str:
        """Give the name officials use."""
        return self.name

    def info(self) -> UnitInfo:
        """Give the unit as others see it."""
        u = self
        return UnitInfo(u.pk, u.code, u.name, u.path, u.kind, u.division, tuple(u.duties), u.active, u.phone)


class User(AbstractUser):
    """A person who signs in."""

    display_name = models.CharField("姓名", max_length=40, blank=True)
    phone = models.CharField("手机", max_length=20, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="people", verbose_name="所属机构"
    )
    must_change_password = models.BooleanField("须修改初始密码", default=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(AbstractUser.Meta):
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        """Give the person's name, else the sign-in name."""
        return self.display_name or self.username

    def info(self) -> UserInfo:
        """Give the person as others see them."""
        return UserInfo(self.pk, str(self), self.unit_id, self.phone, self.email)


class Appointment(models.Model):
    """A person's post in a unit, over a division prefix, for a time (both days included)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="appointments", verbose_name="用户")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments", verbose_name="机构")
    post = models.CharField("岗位", max_length=20, choices=POSTS)
    division = models.CharField("区划范围", max_length=12, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = (
            models.UniqueConstraint(
                fields=["user", "unit", "post", "division", "valid_from"],
                condition=Q(revoked_at__isnull=True),
                name="people_appointed_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="people_appointment_ends_after_start",
            ),
        )
        indexes = (models.Index(fields=["post", "division"], name="people_by_post"),)

    def __str__(self) -> str:
        """Give unit and post."""
        return f"{self.unit_id} {self.get_post_display()}"


class DutyShift(models.Model):
    """One person's turn of duty (值班): from an instant up to, not including, another."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duty", verbose_name="值班人")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duty", verbose_name="机构")
    post = models.CharField("岗位", max_length=20, choices=POSTS)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    covers = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="替班对象"
    )
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "值班表"
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="people_duty_ends_after_start"
            ),
        )
        indexes = (
            models.Index(fields=["unit", "post", "ends_at"], name="people_duty_by_unit"),
            models.Index(fields=["user", "ends_at"], name="people_duty_by_user"),
        )

    def __str__(self) -> str:
        """Give who and when."""
        return f"{self.user_id} {self.starts_at:%m-%d %H:%M}"


class ApiToken(models.Model):
    """A system's key to the open interfaces. Only the SHA-256 of its 256 random bits is kept."""

    name = models.CharField("系统", max_length=60)
    prefix = models.CharField("标识", max_length=12, unique=True)
    digest = models.CharField("摘要", max_length=64)
    scopes = models.JSONField("权限", default=list)
    division = models.CharField("区划范围", max_length=12, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, verbose_name="机构")
    issued_by = models.CharField("签发人", max_length=40)
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        """Give the system's name."""
        return self.name
