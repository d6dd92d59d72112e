# SPDX-License-Identifier: Apache-2.0
"""Every measurement of quality, scored on rows held out of its own data set: ``python -m bench.other_rows``.

Each set is cut in two folders of the same layout (``bench/quality/_splitting.py``) and the task runs on them
as ``--train`` and ``--test``: models never saw what they are scored on. ``--keep N`` takes one row of N, or
an N-th of the time, and is quicker; figures of a part say less. Prints one JSON line per task.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.quality.__main__ import SHARED, lines, tasks
from bench.quality._splitting import SPLITS

#: What measures several sets is shown on one of them.
SEVERAL = "baltimore311"


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.other_rows", description=__doc__)
    known = {name: module for name, module in tasks().items() if (module.DATA or SEVERAL) in SPLITS}
    parser.add_argument("task", nargs="*", help=f"all when none is given: {', '.join(sorted(known))}")
    parser.add_argument("--keep", type=int, default=1)
    asked = parser.parse_args()
    if unknown := set(asked.task) - known.keys():
        parser.error(f"no such task: {', '.join(sorted(unknown))}")
    for name in asked.task or sorted(known):
        data = known[name].DATA or SEVERAL
        with TemporaryDirectory() as folder:
            train, test = Path(folder) / "train", Path(folder) / "test"
            train.mkdir()
            test.mkdir()
            SPLITS[data](SHARED / data, train, test, asked.keep)
            for line in lines(name, known[name], train, test):
                print(json.dumps({**line, "keep": asked.keep}, ensure_ascii=False, default=str), flush=True)


if __name__ == "__main__":
    main()
