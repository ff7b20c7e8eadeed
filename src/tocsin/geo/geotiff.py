"""Reads heights out of a GeoTIFF: the plain kinds that elevation models are handed out in, and no others.

Classic TIFF, one band, strips or tiles, no compression or Deflate, with or without a predictor, in degrees of longitude
and latitude (EPSG:4326). Everything else is refused with the command that turns it into this.

Sources: TIFF 6.0 (1992) sections 2, 14 and 15; Adobe TIFF Technical Note 3 (floating point predictor); OGC 19-008r4
(GeoTIFF 1.1) sections 7.1 and 7.2.
"""

import struct
import zlib
from collections.abc import Mapping
from typing import Final

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.terrain import CELLS_MAX, Terrain
from tocsin.geo.units import DEGREE_RAD
from tocsin.messages import Floats

HEIGHT_M_MAX: Final = 12_000.0  # nothing on earth is higher, or deeper
ADVICE: Final = "turn it into one with: gdal_translate -of GTiff -co COMPRESS=DEFLATE -co BIGTIFF=NO in.tif out.tif"
# TIFF field types: number -> (struct letter, octets)
FIELDS: Final = {
    1: ("B", 1),
    2: ("B", 1),
    3: ("H", 2),
    4: ("I", 4),
    12: ("d", 8),
    11: ("f", 4),
    8: ("h", 2),
    9: ("i", 4),
}
WIDTH, LENGTH, BITS, COMPRESSION, SAMPLES, FORMAT, PREDICTOR = 256, 257, 258, 259, 277, 339, 317
STRIP_AT, STRIP_ROWS, STRIP_SIZES, TILE_WIDTH, TILE_LENGTH, TILE_AT, TILE_SIZES = 273, 278, 279, 322, 323, 324, 325
PIXEL_SCALE, TIE_POINT, GEO_KEYS, NO_DATA = 33550, 33922, 34735, 42113
RASTER_TYPE, MODEL_TYPE = 1025, 1024
DEFLATE: Final = (8, 32946)
Tags = Mapping[int, tuple[float, ...]]


def terrain(data: bytes) -> Terrain:
    """The heights in a GeoTIFF's bytes. Points without data are at 0. Raises InputError, saying what was expected."""
    try:
        order, tags = _tags(data)
        return _placed(_raster(data, order, tags), tags)
    except (struct.error, zlib.error, IndexError, KeyError, ValueError, OverflowError) as error:
        raise InputError(
            f"a GeoTIFF that is cut off or damaged ({type(error).__name__}: {error}); copy it again"
        ) from error


def _tags(data: bytes) -> tuple[str, dict[int, tuple[float, ...]]]:
    """The byte order ("<" or ">") and the fields of the first image."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or struct.unpack(f"{order}H", data[2:4])[0] != 42:
        raise InputError(f"no classic TIFF (it begins with {data[:4]!r}); {ADVICE}")
    at = struct.unpack(f"{order}I", data[4:8])[0]
    count = struct.unpack(f"{order}H", data[at : at + 2])[0]
    tags: dict[int, tuple[float, ...]] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack(f"{order}HHI", data[entry : entry + 8])
        if kind not in FIELDS:
            continue
        letter, octets = FIELDS[kind]
        start = entry + 8 if number * octets <= 4 else struct.unpack(f"{order}I", data[entry + 8 : entry + 12])[0]
        tags[tag] = struct.unpack(f"{order}{number}{letter}", data[start : start + number * octets])
    return order, tags


def _raster(data: bytes, order: str, tags: Tags) -> Floats:
    """The samples, north first."""
    width, length = int(tags[WIDTH][0]), int(tags[LENGTH][0])
    if not 2 <= width * length <= CELLS_MAX:
        raise InputError(
            f"a raster of {width} x {length} points; expected at most {CELLS_MAX}: cut out the part you need"
        )
    compression, predictor = int(tags.get(COMPRESSION, (1,))[0]), int(tags.get(PREDICTOR, (1,))[0])
    bits, kind = int(tags.get(BITS, (1,))[0]), int(tags.get(FORMAT, (1,))[0])
    letter = {1: "u", 2: "i", 3: "f"}.get(kind, "?")
    known = (letter, bits) in (("u", 8), ("u", 16), ("i", 16), ("i", 32), ("f", 32), ("f", 64))
    if not known or int(tags.get(SAMPLES, (1,))[0]) != 1 or (compression != 1 and compression not in DEFLATE):
        raise InputError(f"a TIFF with compression {compression}, {bits}-bit samples of format {kind}; {ADVICE}")
    tiled = TILE_AT in tags
    block_width = int(tags[TILE_WIDTH][0]) if tiled else width
    block_length = int(tags[TILE_LENGTH][0]) if tiled else int(min(tags.get(STRIP_ROWS, (length,))[0], length))
    places, sizes = (tags[TILE_AT], tags[TILE_SIZES]) if tiled else (tags[STRIP_AT], tags[STRIP_SIZES])
    across = -(-width // block_width)
    out = np.zeros((length, width))
    for index, (at, size) in enumerate(zip(places, sizes, strict=True)):
        top, left = index // across * block_length, index % across * block_width
        rows = block_length if tiled else min(block_length, length - top)
        piece = data[int(at) : int(at) + int(size)]
        octets = rows * block_width * bits // 8
        piece = piece if compression == 1 else zlib.decompressobj().decompress(piece, octets)
        with np.errstate(invalid="ignore"):  # a signalling NaN is no height either
            block = _samples(piece[:octets], (rows, block_width), f"{letter}{bits // 8}", order, predictor)
        out[top : top + rows, left : left + block_width] = block[: length - top, : width - left]
    missing = _no_data(tags)
    out[~np.isfinite(out) | (out == missing)] = 0.0
    if np.abs(out).max() > HEIGHT_M_MAX:
        raise InputError(
            f"heights up to {np.abs(out).max():g}; expected metres, and missing points marked (GDAL_NODATA)"
        )
    return out


def _samples(piece: bytes, shape: tuple[int, int], kind: str, order: str, predictor: int) -> Floats:
    """One block of samples with its predictor undone."""
    rows, columns = shape
    if predictor == 3:
        # Technical Note 3: bytes of a row are grouped by significance, highest first, then differenced.
        octets = int(kind[1:])
        differences = np.frombuffer(piece, dtype=np.uint8).reshape(rows, octets * columns)
        planes = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(rows, octets, columns)
        whole = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(f">{kind}")
        return whole.reshape(shape).astype(np.float64)
    samples = np.frombuffer(piece, dtype=f"{order}{kind}").reshape(shape)
    if predictor == 2:
        samples = np.cumsum(samples, axis=1, dtype=samples.dtype.newbyteorder("="))
    return samples.astype(np.float64)


def _no_data(tags: Tags) -> float:
    text = bytes(int(code) for code in tags.get(NO_DATA, ())).split(b"\0")[0].strip()
    return float(text) if text else float("nan")


def _placed(raster: Floats, tags: Tags) -> Terrain:
    """The raster as a grid that begins in the south-west."""
    if PIXEL_SCALE not in tags or TIE_POINT not in tags:
        raise InputError(f"a TIFF without a place on the earth; {ADVICE}")
    keys = [int(value) for value in tags.get(GEO_KEYS, ())]
    key = {keys[i]: keys[i + 3] for i in range(4, len(keys) - 3, 4) if keys[i + 1] == 0}
    if key.get(MODEL_TYPE, 2) != 2:
        raise InputError("a GeoTIFF in map metres; expected degrees: gdalwarp -t_srs EPSG:4326 in.tif out.tif")
    width_deg, height_deg = tags[PIXEL_SCALE][:2]
    column, row, _, longitude, latitude = tags[TIE_POINT][:5]
    # Pixel is area: a height belongs to the middle of its cell. Pixel is point: to the corner that is named.
    middle = 0.0 if key.get(RASTER_TYPE, 1) == 2 else 0.5
    north = latitude + (row - middle) * height_deg
    west = longitude + (middle - column) * width_deg
    south = north - (raster.shape[0] - 1) * height_deg
    if not (abs(north) <= 90.5 and abs(south) <= 90.5 and width_deg > 0.0 and height_deg > 0.0):
        raise InputError(f"a GeoTIFF from {south} to {north} degrees north; expected degrees of latitude")
    step = (height_deg * DEGREE_RAD, width_deg * DEGREE_RAD)
    return Terrain(south * DEGREE_RAD, west * DEGREE_RAD, step, np.ascontiguousarray(raster[::-1]))
