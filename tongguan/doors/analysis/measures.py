# SPDX-License-Identifier: Apache-2.0
"""What the explorer's vital signs and readings look like over HTTP."""

from ninja import Schema


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
