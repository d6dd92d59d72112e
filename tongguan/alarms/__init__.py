# SPDX-License-Identifier: Apache-2.0
"""Alarms 预警: the life of one, from raised to evaluated, and the book of false and missed ones."""
