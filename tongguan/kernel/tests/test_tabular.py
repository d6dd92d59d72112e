# SPDX-License-Identifier: Apache-2.0
"""Rows of files: encodings, compression, headings, features."""

import gzip
import io
import json

import pytest

from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import csv_rows, geojson_rows, open_text

COLUMNS = {"code": ("code", "代码"), "name": ("name", "名称")}
TEXT = '代码,别的,名称\n31,x,上海市\n\n33, y ," 浙江\n省"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress])
def test_rows_are_read_whatever_the_encoding(encoding, squeeze):
    stream = io.BytesIO(squeeze(TEXT.encode(encoding)))
    with open_text(stream) as text:
        rows = list(csv_rows(text, COLUMNS))
    assert [(r.line, r.get("code"), r.get("name")) for r in rows] == [
        (2, "31", "上海市"),
        (5, "33", "浙江\n省"),
    ]


def test_short_records_lack_columns_and_long_ones_are_cut():
    rows = list(csv_rows(["code,name", "31", "32,b,c"], COLUMNS))
    assert [r.get("name") for r in rows] == ["", "b"]


@pytest.mark.parametrize(("lines", "code"), [([], "file.unreadable"), (["a,b"], "file.heading")])
def test_a_file_without_a_known_heading_is_refused(lines, code):
    with pytest.raises(Invalid) as refused:
        list(csv_rows(lines, COLUMNS))
    assert (refused.value.code, refused.value.field) == (code, "file")


def test_a_broken_gzip_file_is_refused():
    with (
        open_text(io.BytesIO(gzip.compress(TEXT.encode() * 20_000)[:-200])) as text,
        pytest.raises(Invalid) as refused,
    ):
        list(csv_rows(text, COLUMNS))
    assert refused.value.code == "file.unreadable"


def test_features_give_properties_id_and_geometry():
    body = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4490"}},
        "features": [
            {"type": "Feature", "id": 31, "properties": {"NAME": "上海"}, "geometry": {"type": "Point"}},
            {"type": "Feature", "properties": {"代码": 33.0, "name": None}, "geometry": None},
            "rubbish",
        ],
    }
    named, rows = geojson_rows(io.StringIO(json.dumps(body)), {"code": ("代码", "id"), "name": ("name",)})
    assert named == "EPSG:4490"
    first, second, third = rows
    assert (first.line, first.get("code"), first.get("name"), first.geometry) == (
        1,
        "31",
        "上海",
        '{"type": "Point"}',
    )
    assert (second.get("code"), second.get("name"), second.geometry) == ("33", "", "")
    assert third.values == {}


@pytest.mark.parametrize("text", ["", "[1, 2]", "{}", '{"features": 3}', "[" * 100_000])
def test_what_is_no_feature_collection_is_refused(text):
    with pytest.raises(Invalid) as refused:
        geojson_rows(io.StringIO(text), COLUMNS)
    assert refused.value.code == "file.unreadable"
