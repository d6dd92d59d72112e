# SPDX-License-Identifier: Apache-2.0
"""What the explorer's vital signs and readings look like over HTTP."""

from datetime import date

from ninja import Schema

from tongguan.analysis.contracts import Verdict
from tongguan.analysis.queries import Source


class SignNamed(Schema):
    """A vital sign, or what is observed."""

    code: str
    name: str
    name_en: str
    unit: str


class SourcesShown(Schema):
    """What the explorer can measure beside cases."""

    signs: list[SignNamed]
    readings: list[SignNamed]


class MeasuredRowShown(Schema):
    """One centre, stream or division, compared, with every day's value; ``q`` null: too few days to judge."""

    key: str
    name: str
    value: float | None
    before: float | None
    last_year: float | None
    q: float | None
    verdict: Verdict
    q_year: float | None
    verdict_year: Verdict
    values: list[float | None]


class MeasuredCourseShown(Schema):
    """A vital sign or an observed property over days."""

    source: Source
    code: str
    name: str
    unit: str
    since: date
    until: date
    days: list[date]
    rows: list[MeasuredRowShown]
    about_zh: str
