# SPDX-License-Identifier: Apache-2.0
"""The column store of readings (no Django)."""
