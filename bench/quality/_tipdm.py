# SPDX-License-Identifier: Apache-2.0
"""Titles and bodies of the citizens' messages, with the links between them that the folder tells."""

from pathlib import Path

from bench.quality._texts import Labelled, plain, rows


def messages(folder: Path) -> tuple[Labelled, int]:
    """Give all labelled texts, bodies first, and how many of them are bodies.

    Equal texts, and a title and the body it is known to stand over, are one group. Either file may be
    missing; whole rows fill in what the others lack.
    """
    whole = [(r["title"], r["detail"], r["label"]) for r in rows(folder / "f2_full_rows.csv.gz")]
    bodies = [(r["detail"], r["label"]) for r in rows(folder / "f2_detail_label.csv.gz")]
    titles = [(r["title"], r["label"]) for r in rows(folder / "f2_title_label.csv.gz")]
    over = {plain(detail): plain(title) for title, detail, _ in whole}
    ids: dict[str, int] = {}
    groups = []
    for detail, _ in bodies:
        key = plain(detail)
        groups.append(ids.setdefault(over.get(key, key), len(ids)))
    for title, _ in titles:
        groups.append(ids.setdefault(plain(title), len(ids)))
    texts = [text for text, _ in (*bodies, *titles)]
    return Labelled(texts, [label for _, label in (*bodies, *titles)], groups), len(bodies)
