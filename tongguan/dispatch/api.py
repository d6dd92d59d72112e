# SPDX-License-Identifier: Apache-2.0
"""Verbs of dispatch: opening cases, every move of a case, applications, supervision."""

from tongguan.dispatch.applications import NewApplication
from tongguan.dispatch.applications import decide as decide_application
from tongguan.dispatch.applications import file as file_application
from tongguan.dispatch.applications import withdraw as withdraw_application
from tongguan.dispatch.clocks import recount
from tongguan.dispatch.performing import perform
from tongguan.dispatch.straight import open_many
from tongguan.dispatch.supervision import NewSupervision
from tongguan.dispatch.supervision import answer as answer_supervision
from tongguan.dispatch.supervision import ask as supervise
from tongguan.dispatch.supervision import end as end_supervision
from tongguan.dispatch.supervision import sign as sign_supervision

__all__ = [
    "NewApplication",
    "NewSupervision",
    "answer_supervision",
    "decide_application",
    "end_supervision",
    "file_application",
    "open_many",
    "perform",
    "recount",
    "sign_supervision",
    "supervise",
    "withdraw_application",
]
