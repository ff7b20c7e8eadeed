"""Writes heights as a GeoTIFF: the plainest kind, which `geotiff` and every other reader reads back.

Classic TIFF, little endian, one strip of 64-bit floats, Deflate, degrees of longitude and latitude (EPSG:4326), a point
for each height. Sources: as `geotiff`.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from tocsin.geo import geotiff as t
from tocsin.geo.terrain import Terrain
from tocsin.geo.units import DEGREE_RAD

SHORT, LONG, DOUBLE = 3, 4, 12
# Version 1.1.0; a geographic model; pixel is point; WGS 84: OGC 19-008r4, section 7.1.
KEYS: Final = (1, 1, 0, 3, t.MODEL_TYPE, 0, 1, 2, t.RASTER_TYPE, 0, 1, 2, 2048, 0, 1, 4326)
PHOTOMETRIC, PLANAR = 262, 284


def written(terrain: Terrain) -> bytes:
    """A terrain as the bytes of a GeoTIFF."""
    rows, columns = terrain.height_grid_m.shape
    strip = zlib.compress(terrain.height_grid_m[::-1].astype("<f8").tobytes(), 6)
    north = (terrain.south_rad + (rows - 1) * terrain.step_rad[0]) / DEGREE_RAD
    step_lat, step_lon = (step / DEGREE_RAD for step in terrain.step_rad)
    fields: list[tuple[int, int, Sequence[float]]] = [
        (t.WIDTH, LONG, (columns,)),
        (t.LENGTH, LONG, (rows,)),
        (t.BITS, SHORT, (64,)),
        (t.COMPRESSION, SHORT, (8,)),
        (PHOTOMETRIC, SHORT, (1,)),
        (t.STRIP_AT, LONG, (8,)),
        (t.SAMPLES, SHORT, (1,)),
        (t.STRIP_ROWS, LONG, (rows,)),
        (t.STRIP_SIZES, LONG, (len(strip),)),
        (PLANAR, SHORT, (1,)),
        (t.FORMAT, SHORT, (3,)),
        (t.PIXEL_SCALE, DOUBLE, (step_lon, step_lat, 0.0)),
        (t.TIE_POINT, DOUBLE, (0.0, 0.0, 0.0, terrain.west_rad / DEGREE_RAD, north, 0.0)),
        (t.GEO_KEYS, SHORT, KEYS),
    ]
    strip += b"\0" * (-len(strip) % 8)
    directory = 8 + len(strip)
    free = directory + 2 + 12 * len(fields) + 4
    entries, beyond = struct.pack("<H", len(fields)), b""
    for tag, kind, values in fields:
        body = struct.pack(f"<{len(values)}{t.FIELDS[kind][0]}", *values)
        entries += struct.pack("<HHI", tag, kind, len(values))
        if len(body) > 4:
            entries += struct.pack("<I", free + len(beyond))
            beyond += body + b"\0" * (-len(body) % 2)
        else:
            entries += body.ljust(4, b"\0")
    return struct.pack("<2sHI", b"II", 42, directory) + strip + entries + struct.pack("<I", 0) + beyond
