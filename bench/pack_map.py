# SPDX-License-Identifier: Apache-2.0
"""Draw the demo city and pack its map into the file that is shipped: ``python bench/pack_map.py [PATH]``.

The same version of the generator gives the same file. Needs the development tools.
"""

import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Write the file; print tiles, bytes and seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    django.setup()
    from tongguan.demo.town.file import CITY_FILE
    from tongguan.demo.town.pack import pack

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CITY_FILE
    begun = time.perf_counter()
    tiles = pack(path)
    print(f"{tiles} tiles, {path.stat().st_size} bytes, {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
