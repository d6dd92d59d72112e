# SPDX-License-Identifier: Apache-2.0
"""Detectors: pure vectorised steps over arrays of streams (no Django)."""
