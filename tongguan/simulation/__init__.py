# SPDX-License-Identifier: Apache-2.0
"""Simulated city 仿真城市: readings of a city's sensors, with faults put in and known (no Django)."""
