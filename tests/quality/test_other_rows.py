# SPDX-License-Identifier: Apache-2.0
"""Every measurement of quality trains on one folder, scores another of the same layout and tells one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.quality.__main__ import SHARED, tasks
from bench.quality._splitting import SPLITS

pytestmark = pytest.mark.shared
ROOT = Path(__file__).resolve().parents[2]
#: Rows left out between two that are kept: what a story needs is the way, not the figure.
KEEP = 24
#: Their sets cannot be made small (a network's year, a plant's) or are simulated: ``bench/other_rows.py``.
LONG = {"batadal", "battledim", "beijing_air", "lifelines", "metr_la_week", "nab", "skab"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Cut each data set once; give its two folders."""
    made = {}

    def cut(name):
        if name not in made:
            home = tmp_path_factory.mktemp(name)
            made[name] = train, test = home / "train", home / "test"
            train.mkdir()
            test.mkdir()
            SPLITS[name](SHARED / name, train, test, KEEP)
        return made[name]

    return cut


@pytest.mark.parametrize("task", sorted(set(tasks()) - LONG))
def test_a_task_scores_rows_of_another_folder_and_gives_one_line(folders, task):
    module = tasks()[task]
    train, test = folders(module.DATA or "baltimore311")
    (line,) = module.evaluate(train, test)
    # What is no number must not stand as one: a line is read by others.
    assert json.loads(json.dumps(line, allow_nan=False, default=str))


def test_the_command_prints_that_line_and_nothing_else(folders):
    train, test = folders("syracuse_potholes")
    command = [sys.executable, "-m", "bench.quality", "potholes", "--train", train, "--test", test]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    line = json.loads(told)
    assert line["task"] == "potholes"
    assert 0 <= line["hit_rate_10%"] <= 1
