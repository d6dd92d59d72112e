# SPDX-License-Identifier: Apache-2.0
"""The verbs of people. Each checks post and scope, runs in one transaction and is audited.

系统管理员 makes units, users and calendars; 安全管理员 grants posts and issues tokens, never to themselves;
审计员 reads. Several rows in one call succeed or fail together.
"""

from tongguan.people.accounts import (
    change_password,
    change_users,
    create_user,
    create_users,
    reset_password,
    set_active,
)
from tongguan.people.appointments import appoint, appoint_many, end_appointment
from tongguan.people.calendars import save_calendar, save_days
from tongguan.people.duty import cancel_shift, roster
from tongguan.people.organisation import change_units, create_unit, create_units, move_unit, set_unit
from tongguan.people.signin import end_session_if_over, lock_out, sign_in, sign_out
from tongguan.people.tokens import authenticate_token, issue_token, revoke_token

__all__ = [
    "appoint",
    "appoint_many",
    "authenticate_token",
    "cancel_shift",
    "change_password",
    "change_units",
    "change_users",
    "create_unit",
    "create_units",
    "create_user",
    "create_users",
    "end_appointment",
    "end_session_if_over",
    "issue_token",
    "lock_out",
    "move_unit",
    "reset_password",
    "revoke_token",
    "roster",
    "save_calendar",
    "save_days",
    "set_active",
    "set_unit",
    "sign_in",
    "sign_out",
]
