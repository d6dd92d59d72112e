# SPDX-License-Identifier: Apache-2.0
"""Alarms become tellings and closed cases close alarms; warnings in and out by CAP."""
