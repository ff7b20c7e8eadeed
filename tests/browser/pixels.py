"""Reads the pixels of a screenshot: 8-bit RGB or RGBA PNG without interlacing, as Chromium writes them."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = 8
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


def pixels(png: bytes) -> NDArray[np.uint8]:
    """Height x width x 3 of a PNG (the PNG specification, clauses 5 and 9)."""
    at, data, width, height, channels = _SIGNATURE, b"", 0, 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8, depth
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            data += body
        at += length + 12
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width * channels + 1)
    plain = np.zeros((height + 1, width, channels), np.int64)
    for y in range(height):
        plain[y + 1] = _line(int(rows[y, 0]), rows[y, 1:].reshape(width, channels).astype(np.int64), plain[y])
    return plain[1:, :, :3].astype(np.uint8)


def _line(kind: int, line: NDArray[np.int64], above: NDArray[np.int64]) -> NDArray[np.int64]:
    if kind == _UP:
        return (line + above) % 256
    if kind == _SUB:
        return np.cumsum(line, axis=0) % 256
    if kind in (_AVERAGE, _PAETH):
        for x in range(len(line)):
            left = line[x - 1] if x else np.zeros_like(line[0])
            corner = above[x - 1] if x else np.zeros_like(line[0])
            line[x] = (line[x] + (_paeth(left, above[x], corner) if kind == _PAETH else (left + above[x]) // 2)) % 256
    return line


def _paeth(left: NDArray[np.int64], up: NDArray[np.int64], corner: NDArray[np.int64]) -> NDArray[np.int64]:
    guess = left + up - corner
    a, b, c = abs(guess - left), abs(guess - up), abs(guess - corner)
    return np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))
