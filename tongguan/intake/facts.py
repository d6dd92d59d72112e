# SPDX-License-Identifier: Apache-2.0
"""Facts that intake publishes."""

from tongguan.kernel.facts import Fact


class ReportOpened(Fact, frozen=True, kw_only=True):
    """A report became a case of its own."""

    report_id: str
    case_id: str


class ReportJoined(Fact, frozen=True, kw_only=True):
    """A report was found to tell of a case that is there; ``voice`` is ``further`` or ``reminder``."""

    report_id: str
    case_id: str
    voice: str


class CaseRecurred(Fact, frozen=True, kw_only=True):
    """A report opened a case about a matter whose case had been closed: perhaps falsely (F41)."""

    report_id: str
    case_id: str
    closed_case_id: str


class ReportQuarantined(Fact, frozen=True, kw_only=True):
    """A report could not be placed or classified and waits for an official."""

    report_id: str
    code: str


class ReportConsulted(Fact, frozen=True, kw_only=True):
    """A report was answered at once and needs no case."""

    report_id: str
