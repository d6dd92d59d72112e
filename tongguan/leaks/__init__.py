# SPDX-License-Identifier: Apache-2.0
"""Leaks of a pipe network placed by its sensors and its hydraulic model: pure (no Django)."""
