# SPDX-License-Identifier: Apache-2.0
"""Verbs of places: taking registers from files. Each is one transaction: all rows or none.

All take the acting keeper (system administrator or the platform), a path, and ``dry_run``; they give an
``ImportReport`` and raise Forbidden, or Invalid for a file that cannot be read at all.
"""

from tongguan.places.import_divisions import import_divisions, import_grids
from tongguan.places.import_dutygrids import import_dutygrids
from tongguan.places.import_gazetteer import import_gazetteer

__all__ = ["import_divisions", "import_dutygrids", "import_gazetteer", "import_grids"]
