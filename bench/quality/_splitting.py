# SPDX-License-Identifier: Apache-2.0
"""A data set cut in two folders of the same layout, as small as a story needs."""

import csv
import gzip
import io
import json
import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
#: Says of a row whether it is held out.
Held = Callable[[Row], bool]


def opened(path: Path) -> io.TextIOBase:
    """Open a CSV, packed or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def rows_of(path: Path) -> list[dict[str, str]]:
    """Give all rows of a CSV."""
    with opened(path) as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Row], columns: Sequence[str] | None = None) -> None:
    """Write rows as the CSV they came from was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = path.suffix == ".gz"
    with (
        gzip.open(path, "wt", encoding="utf-8", newline="") if packed else path.open("w", newline="") as file
    ):
        told = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        told.writeheader()
        told.writerows(rows)


def cut(name: str, source: Path, train: Path, test: Path, held: Held, *, keep: int = 1) -> None:
    """Cut one CSV; of every ``keep`` rows one is kept."""
    rows = rows_of(source / name)[::keep]
    write(train / name, [row for row in rows if not held(row)], list(rows[0]))
    write(test / name, [row for row in rows if held(row)], list(rows[0]))


def by_text(*columns: str, share: int = 4) -> Held:
    """Hold out one of ``share`` rows; equal texts go to one side."""
    return lambda row: zlib.crc32("".join(row[name] for name in columns).encode()) % share == 0


def since(column: str, moment: str) -> Held:
    """Hold out what is from a moment on."""
    return lambda row: row[column] >= moment


def cut_messages(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the citizens' messages; a hot issue goes whole to one side."""
    cut("f2_detail_label.csv.gz", source, train, test, by_text("detail"), keep=keep)
    cut("f2_title_label.csv.gz", source, train, test, by_text("title"), keep=keep)
    cut("f2_full_rows.csv.gz", source, train, test, by_text("detail"), keep=keep)
    gold = rows_of(source / "f3_hot_issue_gold.csv")
    issues = sorted({row["issue"] for row in gold})
    cut("f3_hot_issue_gold.csv", source, train, test, lambda row: issues.index(row["issue"]) % 2 == 0)
    side = {row["id"]: issues.index(row["issue"]) % 2 == 0 for row in gold}
    messages = [
        row
        for n, row in enumerate(rows_of(source / "f3_messages.csv.gz"))
        if row["id"] in side or n % keep == 0
    ]
    by_title = by_text("title")
    for folder, asked in ((train, False), (test, True)):
        chosen = [row for row in messages if side.get(row["id"], by_title(row)) == asked]
        write(folder / "f3_messages.csv.gz", chosen)
    cut("f4_reply_pairs.csv.gz", source, train, test, by_text("detail"), keep=keep)


def cut_addresses(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the marked addresses: what is held out has a file of another name."""
    for name in ("train", "dev"):
        with gzip.open(source / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            lines = list(file)[::keep]
        half = lines[: len(lines) // 2] if name == "dev" else lines
        with gzip.open(train / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(half)
    with gzip.open(test / "test.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(lines[len(lines) // 2 :])


def cut_nab(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the labelled streams by file; some of both kinds on each side."""
    windows = json.loads((source / "windows.json").read_text(encoding="utf-8"))
    told = [name for name in sorted(windows) if (source / "data" / f"{name}.gz").exists()][::keep]
    for folder, chosen in ((train, told[::2]), (test, told[1::2])):
        for file in ("windows.json", "labels.json"):
            marked = json.loads((source / file).read_text(encoding="utf-8"))
            (folder / file).write_text(json.dumps({name: marked[name] for name in chosen}))
        for name in chosen:
            place = folder / "data" / f"{name}.gz"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / "data" / f"{name}.gz", place)
    shutil.copy(source / "published_file_scores.csv.gz", train)


def cut_batadal(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the attacked months: the later ones become a test set with labels of its own."""
    normal = rows_of(source / "train_normal.csv.gz")
    write(train / "train_normal.csv.gz", normal[: len(normal) // keep])
    rows = rows_of(source / "dev_attacks.csv.gz")
    half = 2 * len(rows) // 3
    write(train / "dev_attacks.csv.gz", rows[:half])
    write(
        test / "test.csv.gz",
        rows[half:],
        [
            name
            for name in rows[0]
            if name.strip() not in {"ATT_FLAG", "ATT_FLAG_revealed", "attack", "attack_no"}
        ],
    )
    write(test / "test_labels.csv.gz", rows[half:], ["DATETIME", "attack", "attack_no"])


def cut_skab(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the runs of each group."""
    for group in ("valve1", "valve2", "other"):
        runs = sorted((source / group).iterdir())[::keep]
        for n, run in enumerate(runs):
            folder = (test if n % 3 == 2 else train) / group
            folder.mkdir(exist_ok=True)
            shutil.copy(run, folder)
    shutil.copytree(source / "anomaly-free", train / "anomaly-free")


def cut_metr(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the week by time."""
    rows = rows_of(source / "speed.csv.gz")
    rows = rows[: len(rows) // keep]
    write(train / "speed.csv.gz", rows[: len(rows) * 4 // 5])
    write(test / "speed.csv.gz", rows[len(rows) * 4 // 5 :])
    for name in ("adjacency.csv.gz", "sensor_locations.csv"):
        shutil.copy(source / name, train)


def cut_air(source: Path, train: Path, test: Path, keep: int) -> None:
    """Cut the hours of all stations by time."""
    rows = rows_of(source / "hourly.csv.gz")
    times = sorted({row["time"] for row in rows})
    times = times[: len(times) // keep]
    last, edge = times[-1], times[len(times) * 3 // 4]
    write(train / "hourly.csv.gz", [row for row in rows if row["time"] < edge])
    write(test / "hourly.csv.gz", [row for row in rows if edge <= row["time"] <= last])


def cut_bridge(source: Path, train: Path, test: Path, keep: int) -> None:
    """Hold out the second lowering and the load test after it."""
    del keep
    for path in source.glob("*.csv.gz"):
        later = path.name.startswith(("support_01_lowering_02", "support_load_02"))
        shutil.copy(path, test if later else train)


def cut_leaks(source: Path, train: Path, test: Path, keep: int) -> None:
    """Another year's leaks, and nothing else, are held out."""
    del keep
    for name in ("L-TOWN.inp", "sensors.csv", "leaks_2018.csv"):
        shutil.copy(source / name, train)
    rows = rows_of(source / "leaks_2018.csv")
    later = [{k: v.replace("2018", "2019") for k, v in row.items()} for row in rows[1::2]]
    write(test / "leaks_2019.csv", later)


def later(name: str, column: str, share: float = 0.7) -> Callable[[Path, Path, Path, int], None]:
    """Give what cuts one file by time."""

    def cuts(source: Path, train: Path, test: Path, keep: int) -> None:
        times = sorted(row[column] for row in rows_of(source / name))
        cut(name, source, train, test, since(column, times[int(len(times) * share)]), keep=keep)

    return cuts


SPLITS: Mapping[str, Callable[[Path, Path, Path, int], None]] = {
    "baltimore311": later("service_requests.csv.gz", "CreatedDate"),
    "batadal": cut_batadal,
    "battledim": cut_leaks,
    "beijing_air": cut_air,
    "chicago_no_heat": later("no_heat_requests.csv.gz", "opened"),
    "cn_address_parsing": cut_addresses,
    "metr_la_week": cut_metr,
    "munich_bridge": cut_bridge,
    "nab": cut_nab,
    "seeclickfix_atlanta": later("issues.csv.gz", "created_at"),
    "skab": cut_skab,
    "syracuse_potholes": later("potholes_filled.csv.gz", "time"),
    "taipei_dispatch": lambda source, train, test, keep: cut(
        "questions.csv.gz", source, train, test, by_text("question"), keep=keep
    ),
    "tipdm_zwzx": cut_messages,
}
