# SPDX-License-Identifier: Apache-2.0
"""Forecasts with intervals: pure, learned from history (no Django)."""
