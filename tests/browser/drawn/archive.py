"""Writes small PMTiles archives for tests: of lines and areas as vector tiles, or of plain pictures.

PMTiles specification, version 3 (header, directories, tile ids along a Hilbert curve); Mapbox Vector Tile 2.1; PNG.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import asinh, floor, pi, radians, tan

MVT, PNG, MLT = 1, 2, 6
PLAIN = 1  # no compression
EXTENT = 4096
Ring = list[tuple[float, float]]


def tile_of(zoom: int, longitude: float, latitude: float) -> tuple[float, float]:
    """Column and row of a place, with what is left of them inside of the tile."""
    across = 2**zoom
    return (longitude + 180) / 360 * across, (0.5 - asinh(tan(radians(latitude))) / (2 * pi)) * across


def tile_id(zoom: int, x: int, y: int) -> int:
    """All tiles of lower zooms come first; then along a Hilbert curve."""
    before = sum(1 << 2 * lower for lower in range(zoom))
    along = 0
    side: int = (1 << zoom) // 2
    while side:
        right, lower = int((x & side) > 0), int((y & side) > 0)
        along += side * side * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return before + along


def archive(tiles: Mapping[tuple[int, int, int], bytes], kind: int, metadata: Mapping[str, object]) -> bytes:
    """The bytes of an archive of these tiles (zoom, x, y), not compressed."""
    by_id = sorted((tile_id(*place), body) for place, body in tiles.items())
    directory = _varint(len(by_id))
    ids = [number for number, _ in by_id]
    directory += b"".join(_varint(b - a) for a, b in zip([0, *ids], ids, strict=False))
    directory += b"".join(_varint(1) for _ in by_id)
    directory += b"".join(_varint(len(body)) for _, body in by_id)
    directory += _varint(1) + b"".join(_varint(0) for _ in by_id[1:])
    about = json.dumps(metadata).encode()
    data = b"".join(body for _, body in by_id)
    zooms = [zoom for zoom, _, _ in tiles]
    begin = 127
    sections = [(begin, len(directory)), (begin + len(directory), len(about)), (0, 0)]
    sections.append((begin + len(directory) + len(about), len(data)))
    header = b"PMTiles\x03" + b"".join(struct.pack("<QQ", *section) for section in sections)
    header += struct.pack("<QQQ", len(by_id), len(by_id), len(by_id))
    header += struct.pack("<BBBBBB", 1, PLAIN, PLAIN, kind, min(zooms), max(zooms))
    box = [round(1e7 * edge) for edge in (-180, -85, 180, 85)]
    header += struct.pack("<iiii", *box) + struct.pack("<Bii", min(zooms), 0, 0)
    assert len(header) == begin
    return header + directory + about + data


def vector(zoom: int, x: int, y: int, layers: Mapping[str, Iterable[Ring]]) -> bytes:
    """A vector tile of areas, given in degrees, by layer; not cut at its edges."""
    return b"".join(_part(3, _layer(name, rings, zoom, x, y)) for name, rings in layers.items())


def _layer(name: str, rings: Iterable[Ring], zoom: int, x: int, y: int) -> bytes:
    features = b""
    for ring in rings:
        at = [tile_of(zoom, *point) for point in ring]
        points = [(floor((column - x) * EXTENT), floor((row - y) * EXTENT)) for column, row in at]
        numbers = [(1 & 7) | (1 << 3), *map(_zigzag, points[0]), (2 & 7) | ((len(points) - 1) << 3)]
        for (ax, ay), (bx, by) in pairwise(points):
            numbers += [_zigzag(bx - ax), _zigzag(by - ay)]
        numbers.append((7 & 7) | (1 << 3))
        features += _part(2, _varint(3 << 3) + _varint(3) + _part(4, b"".join(map(_varint, numbers))))
    return _varint(15 << 3) + _varint(2) + _part(1, name.encode()) + features + _varint(5 << 3) + _varint(EXTENT)


def _zigzag(number: int) -> int:
    return (number << 1) ^ (number >> 63)


def _part(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def picture(colour: tuple[int, int, int], size: int = 256) -> bytes:
    """A PNG of one colour."""
    row = b"\x00" + bytes(colour) * size

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b"")
