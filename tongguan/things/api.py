# SPDX-License-Identifier: Apache-2.0
"""Verbs of things."""

from tongguan.things.import_components import ComponentImport, import_components

__all__ = ["ComponentImport", "import_components"]
