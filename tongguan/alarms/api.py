# SPDX-License-Identifier: Apache-2.0
"""Verbs of alarms."""

from tongguan.alarms.hearing import hear

__all__ = ["hear"]
