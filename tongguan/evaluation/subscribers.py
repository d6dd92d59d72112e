# SPDX-License-Identifier: Apache-2.0
"""What this package hears at start: who tells counts that the casebook does not hold."""

from tongguan.evaluation.telling import notices, sharing

__all__ = ["notices", "sharing"]
