# SPDX-License-Identifier: Apache-2.0
"""Workdays (工作日历): a year's holidays and make-up days, altered for days to come, with what that moves."""
