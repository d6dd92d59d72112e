# SPDX-License-Identifier: Apache-2.0
"""Pack the demo city into one PMTiles file: ``bench/pack_map.py`` writes the shipped one.

The same features give the same tiles; the file's metadata carries the features' fingerprint.
Needs the development tools (mapbox-vector-tile, pmtiles): a running system only serves the file.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from tongguan.demo.town.town import VERSION, Feature, town

LOW, HIGH = 6, 15
_EXTENT: Final = 4096
_MARGIN: Final = 64 / _EXTENT


def fingerprint(features: list[Feature]) -> str:
    """Give a hash of layers, attributes and shapes to about a tenth of a metre."""
    shapes = shapely.set_precision([f.shape for f in features], 1e-6)
    told = hashlib.sha256()
    for feature, shape in zip(features, shapes, strict=True):
        told.update(json.dumps([feature.layer, feature.told, feature.zoom], ensure_ascii=False).encode())
        told.update(shapely.to_wkb(shapely.normalize(shape)))
    return told.hexdigest()


def tiles(features: list[Feature], low: int = LOW, high: int = HIGH) -> Iterator[tuple[int, int, int, bytes]]:
    """Give zoom, column, row and the encoded tile of every tile that holds something."""
    flat = shapely.transform([f.shape for f in features], _mercator)
    for zoom in range(low, high + 1):
        shown = [i for i, f in enumerate(features) if f.zoom <= zoom]
        size = 1 / 2**zoom
        shapes = shapely.simplify(flat[shown], size / _EXTENT * 2)
        tree = shapely.STRtree(shapes)
        west, south, east, north = (int(v / size) for v in shapely.total_bounds(shapes))
        for x in range(west, east + 1):
            for y in range(south, north + 1):
                found = _tile(features, shown, shapes, tree, (x * size, y * size, size))
                if found:
                    yield zoom, x, y, found


def _mercator(lonlat: Any) -> Any:
    """Give Web Mercator as parts of the world, from the north-west corner."""
    lat = np.radians(lonlat[:, 1])
    return np.column_stack(
        (lonlat[:, 0] / 360 + 0.5, 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi))
    )


def _tile(
    features: list[Feature], shown: list[int], shapes: Any, tree: Any, box: tuple[float, float, float]
) -> bytes:
    west, north, size = box
    edge = size * _MARGIN
    frame = (west - edge, north - edge, west + size + edge, north + size + edge)
    layers: dict[str, list[dict[str, Any]]] = {}
    for i in sorted(tree.query(shapely.box(*frame)).tolist()):
        part = shapely.clip_by_rect(shapes[i], *frame)
        if part.is_empty:
            continue
        feature = features[shown[i]]
        layers.setdefault(feature.layer, []).append({"geometry": part, "properties": feature.told})
    if not layers:
        return b""
    told = [{"name": name, "features": layers[name]} for name in sorted(layers)]
    options = {"quantize_bounds": (west, north, west + size, north + size), "y_coord_down": True}
    return bytes(mapbox_vector_tile.encode(told, default_options={**options, "extents": _EXTENT}))


def pack(path: Path) -> int:
    """Write the file; returns how many tiles it holds."""
    features = town()
    west, south, east, north = shapely.total_bounds(np.array([f.shape for f in features]))
    names = sorted({f.layer for f in features})
    made = 0
    with path.open("wb") as file:
        writer = Writer(file)
        ordered = sorted((zxy_to_tileid(z, x, y), tile) for z, x, y, tile in tiles(features))
        for number, tile in ordered:
            writer.write_tile(number, gzip.compress(tile, mtime=0))
            made += 1
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_zoom": LOW,
                "max_zoom": HIGH,
                "min_lon_e7": int(west * 1e7),
                "min_lat_e7": int(south * 1e7),
                "max_lon_e7": int(east * 1e7),
                "max_lat_e7": int(north * 1e7),
                "center_zoom": 11,
                "center_lon_e7": int(121.19 * 1e7),
                "center_lat_e7": int(30.95 * 1e7),
            },
            {
                "name": "江州市",
                "version": "4.0.0",
                "attribution": "江州市为虚构城市 · a fictional city",
                "vector_layers": [{"id": name, "fields": {}} for name in names],
                "generator": VERSION,
                "fingerprint": fingerprint(features),
            },
        )
    return made
