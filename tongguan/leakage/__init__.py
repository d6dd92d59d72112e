# SPDX-License-Identifier: Apache-2.0
"""Leak watches of water networks: readings against the network's own model, day by day, told as alarms."""
