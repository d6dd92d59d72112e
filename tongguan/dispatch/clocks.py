# SPDX-License-Identifier: Apache-2.0
"""Clocks of stages: start, stop, pause, resume, extend. Called inside the caller's transaction."""
