# SPDX-License-Identifier: Apache-2.0
"""Tests of the lists and rules at the desk."""
