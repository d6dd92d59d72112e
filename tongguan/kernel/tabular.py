# SPDX-License-Identifier: Apache-2.0
"""Rows of imported files: CSV and GeoJSON, plain or gzip, UTF-8 or GB 18030, streamed where possible.

Every row keeps the line (CSV) or feature number it came from, so that a fault can name it.
"""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TextIO

from tongguan.kernel.errors import Invalid

_GZIP_MAGIC: Final = b"\x1f\x8b"
_PEEK: Final = 65_536
_MAX_FIELD: Final = 16 * 1024 * 1024
_HALVES: Final = re.compile("[\ud800-\udfff]")
#: What reading a damaged, cut off or wrongly encoded file raises.
BROKEN: Final = (UnicodeDecodeError, EOFError, OSError, zlib.error)


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its line or feature number, its columns under our names, its geometry as GeoJSON text."""

    line: int
    values: dict[str, str]
    geometry: str = ""

    def get(self, name: str) -> str:
        """Give a column without surrounding space, ``""`` when it is missing."""
        return self.values.get(name, "").strip()


def open_text(stream: BinaryIO) -> TextIO:
    """Give the text of a binary stream: gunzipped when it is gzip, decoded as UTF-8 or else GB 18030."""
    source: Any = io.BufferedReader(stream, _PEEK)
    if source.peek(2)[:2] == _GZIP_MAGIC:
        source = io.BufferedReader(gzip.GzipFile(fileobj=source), _PEEK)
    head = source.peek(_PEEK)[:_PEEK]
    return io.TextIOWrapper(source, encoding=_encoding(head), newline="")


def _encoding(head: bytes) -> str:
    # The head may end within a character: up to 3 bytes are left out of the test.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return "utf-8-sig"
    return "gb18030"


def csv_rows(lines: Iterable[str], columns: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Give the records of a CSV text with a heading line.

    ``columns`` names our columns and the headings (any case) they may carry; others are left out.
    Raises Invalid (``file.heading``, ``file.unreadable``) for a file that is no such CSV.
    """
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(lines)
    try:
        heading = next(reader, None)
        if not heading:
            raise unreadable("文件是空的", "the file is empty")
        places = column_places(heading, columns)
        for record in reader:
            if record:
                yield Row(reader.line_num, {n: record[i] for n, i in places.items() if i < len(record)})
    except (csv.Error, *BROKEN) as error:
        raise unreadable(f"第 {reader.line_num} 行后无法读取：{error}", f"unreadable: {error}") from error


def column_places(heading: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Give the position of each of our columns in a heading. Raises Invalid when none is there."""
    folded = [title.strip().casefold() for title in heading]
    places = {
        name: next(folded.index(t) for t in (title.casefold() for title in titles) if t in folded)
        for name, titles in columns.items()
        if any(title.casefold() in folded for title in titles)
    }
    if not places:
        expected = "、".join(titles[0] for titles in columns.values())
        raise Invalid(
            "file.heading",
            zh=f"首行没有认得的列名，应有：{expected}",
            en=f"no known column in the heading; expected {expected}",
            field="file",
        )
    return places


def geojson_features(text: TextIO) -> tuple[str, list[Any]]:
    """Give the file's own coordinate system name (``""`` when it names none) and its features as they stand.

    Raises Invalid (``file.unreadable``) when it is no FeatureCollection.
    """
    try:
        body = json.load(text)
    except (ValueError, RecursionError, *BROKEN) as error:
        raise unreadable(f"不是 JSON：{error}", f"not JSON: {error}") from error
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list):
        raise unreadable("不是 GeoJSON FeatureCollection", "not a GeoJSON FeatureCollection")
    crs = body.get("crs")
    named = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return str(named), features


def geojson_rows(text: TextIO, columns: Mapping[str, Sequence[str]]) -> tuple[str, Iterator[Row]]:
    """Give the file's own coordinate system name (``""`` when it names none) and its features as rows.

    Raises Invalid (``file.unreadable``) when it is no FeatureCollection.
    """
    named, features = geojson_features(text)
    return named, (feature_row(n, f, columns) for n, f in enumerate(features, start=1))


def feature_row(number: int, feature: Any, columns: Mapping[str, Sequence[str]]) -> Row:
    """Give one GeoJSON feature as a row; a feature's own ``id`` counts as a column ``id``."""
    if not isinstance(feature, dict):
        return Row(number, {})
    properties = feature.get("properties")
    found = {"id": feature["id"]} if "id" in feature else {}
    found |= properties if isinstance(properties, dict) else {}
    folded = {str(k).casefold(): v for k, v in found.items() if v is not None}
    values: dict[str, str] = {}
    for name, titles in columns.items():
        for title in titles:
            if title.casefold() in folded:
                values[name] = _text(folded[title.casefold()])
                break
    geometry = feature.get("geometry")
    return Row(number, values, json.dumps(geometry) if isinstance(geometry, dict) else "")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(_text(v) for v in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # JSON may escape half a character, which no database takes: it is shown as one that is not known.
    return _HALVES.sub("\ufffd", str(value))


def unreadable(zh: str, en: str) -> Invalid:
    """Give the refusal of a file that cannot be read."""
    return Invalid("file.unreadable", zh=f"文件无法读取：{zh}", en=en, field="file")
