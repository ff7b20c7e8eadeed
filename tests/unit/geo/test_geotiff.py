"""GeoTIFFs written here by hand, one kind after the other, are read back; broken ones are refused, whatever breaks."""

import contextlib
import struct
import zlib
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.geo.geotiff import terrain
from tocsin.geo.geotiff_out import written
from tocsin.geo.terrain import Terrain
from tocsin.messages import Floats

HEIGHTS = np.add.outer(np.arange(7) * 100.0, np.arange(5) * 3.0)  # north first


def tiff(
    heights: NDArray[np.float64],
    kind: str = "i2",
    order: str = "<",
    tile: int = 0,
    compression: int = 1,
    predictor: int = 1,
    extra: Mapping[int, tuple[str, tuple[float, ...]]] | None = None,
) -> bytes:
    """A GeoTIFF whose north-west corner is at 51 degrees north, 10 degrees east, a tenth of a degree a cell."""
    rows, columns = heights.shape
    sample = heights.astype(f"{order}{kind}")
    size = (tile, tile) if tile else (2, columns)
    blocks = []
    for top in range(0, rows, size[0]):
        for left in range(0, columns, size[1]):
            part = sample[top : top + size[0], left : left + size[1]]
            if tile:
                part = np.pad(part, ((0, tile - part.shape[0]), (0, tile - part.shape[1])))
            blocks.append(_packed(part, predictor, compression))
    places = [8 + sum(map(len, blocks[:i])) for i in range(len(blocks))]
    where = (324, 325) if tile else (273, 279)
    shape = {322: ("H", (tile,)), 323: ("H", (tile,))} if tile else {278: ("H", (2,))}
    tags: dict[int, tuple[str, tuple[float, ...]]] = {
        256: ("H", (columns,)),
        257: ("H", (rows,)),
        258: ("H", (int(kind[1]) * 8,)),
        259: ("H", (compression,)),
        277: ("H", (1,)),
        317: ("H", (predictor,)),
        339: ("H", ({"u": 1, "i": 2, "f": 3}[kind[0]],)),
        where[0]: ("I", tuple(places)),
        where[1]: ("I", tuple(len(block) for block in blocks)),
        33550: ("d", (0.1, 0.1, 0.0)),
        33922: ("d", (0.0, 0.0, 0.0, 10.0, 51.0, 0.0)),
        **shape,
        **(extra or {}),
    }
    return _file(order, b"".join(blocks), tags)


def _packed(part: NDArray[np.generic], predictor: int, compression: int) -> bytes:
    if predictor == 2:
        whole = part.astype(part.dtype.newbyteorder("="))
        part = np.diff(whole, axis=1, prepend=whole[:, :1] * 0).astype(part.dtype)
    data = part.tobytes()
    if predictor == 3:
        planes = part.astype(part.dtype.newbyteorder(">")).view(np.uint8).reshape(*part.shape, -1).transpose(0, 2, 1)
        rows = planes.reshape(part.shape[0], -1)
        data = np.diff(rows, axis=1, prepend=rows[:, :1] * 0).tobytes()
    return zlib.compress(data) if compression == 8 else data


def _file(order: str, pixels: bytes, tags: Mapping[int, tuple[str, tuple[float, ...]]]) -> bytes:
    directory, beyond = b"", b""
    first = 8 + len(pixels) + 2 + 12 * len(tags) + 4
    for tag, (letter, values) in sorted(tags.items()):
        data = struct.pack(f"{order}{len(values)}{letter}", *values)
        kind = {"B": 2, "H": 3, "I": 4, "d": 12}[letter]
        head = struct.pack(f"{order}HHI", tag, kind, len(values))
        if len(data) > 4:
            head += struct.pack(f"{order}I", first + len(beyond))
            beyond += data
        else:
            head += data.ljust(4, b"\0")
        directory += head
    mark = b"II" if order == "<" else b"MM"
    start = struct.pack(f"{order}HI", 42, 8 + len(pixels))
    return mark + start + pixels + struct.pack(f"{order}H", len(tags)) + directory + b"\0\0\0\0" + beyond


def heights_back(data: bytes) -> Floats:
    return terrain(data).height_grid_m[::-1]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize(
    ("kind", "compression", "predictor"),
    [("i2", 1, 1), ("i2", 8, 1), ("i2", 8, 2), ("u2", 8, 2), ("f4", 1, 1), ("f4", 8, 3), ("f8", 8, 3), ("i4", 8, 2)],
)
def test_every_plain_kind_is_read(kind: str, compression: int, predictor: int, tile: int, order: str) -> None:
    data = tiff(HEIGHTS, kind, order, tile, compression, predictor)
    assert np.array_equal(heights_back(data), HEIGHTS)


def test_heights_stand_where_they_should() -> None:
    ground = terrain(tiff(HEIGHTS))
    # Pixel is area: the first height belongs to the middle of the north-western cell.
    assert ground.height_m(*np.radians((50.95, 10.05))) == pytest.approx(0.0, abs=1e-6)
    assert ground.height_m(*np.radians((50.35, 10.45))) == pytest.approx(612.0, abs=0.7)
    corner = terrain(tiff(HEIGHTS, extra={34735: ("H", (1, 1, 0, 1, 1025, 0, 1, 2))}))
    assert corner.height_m(*np.radians((50.8, 10.1))) == pytest.approx(203.0, abs=1e-6)


def test_points_without_data_are_sea() -> None:
    holes = HEIGHTS.copy()
    holes[2, 3] = -9999.0
    data = tiff(holes, "f4", extra={42113: ("B", tuple(b"-9999\0"))})
    assert heights_back(data)[2, 3] == 0.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a picture", "no classic TIFF"),
        (tiff(HEIGHTS, extra={259: ("H", (5,))}), "compression 5.*gdal_translate"),
        (tiff(HEIGHTS, extra={34735: ("H", (1, 1, 0, 1, 1024, 0, 1, 1))}), "expected degrees: gdalwarp"),
        (tiff(HEIGHTS, extra={256: ("I", (100_000,)), 257: ("I", (100_000,))}), "cut out the part you need"),
        (tiff(HEIGHTS, extra={33922: ("d", (0.0, 0.0, 0.0, 4e5, 5.6e6, 0.0))}), "expected degrees of latitude"),
        (tiff(HEIGHTS)[:60], "cut off or damaged"),
        (b"II*\0", "cut off or damaged"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        terrain(data)


@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from([("f4", 3), ("i2", 2)]))
def test_a_damaged_byte_never_does_worse_than_a_refusal(at: int, value: int, kind: tuple[str, int]) -> None:
    data = bytearray(tiff(HEIGHTS, kind[0], "<", 0, 8, kind[1]))
    data[at % len(data)] = value
    with contextlib.suppress(InputError):
        assert terrain(bytes(data)).height_grid_m.ndim == 2


@given(
    st.integers(2, 9),
    st.integers(2, 9),
    st.floats(-80.0, 70.0),
    st.floats(-179.0, 179.0),
    st.integers(0, 2**32 - 1),
)
def test_what_is_written_is_read_back(rows: int, columns: int, south: float, west: float, seed: int) -> None:
    heights = np.random.default_rng(seed).uniform(-100.0, 4_000.0, (rows, columns))
    meant = Terrain(np.radians(south), np.radians(west), (1e-4, 2e-4), heights)
    back = terrain(written(meant))
    assert np.array_equal(back.height_grid_m, heights)
    assert back.south_rad == pytest.approx(meant.south_rad, abs=1e-12)
    assert back.west_rad == pytest.approx(meant.west_rad, abs=1e-12)
    assert back.step_rad == pytest.approx(meant.step_rad, rel=1e-12)
