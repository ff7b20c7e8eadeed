"""The ground of the site as a grid that a screen can shade: slow for a large one, so in a thread."""

from math import degrees
from typing import Final

import msgspec
import numpy as np

from tocsin.models.ground import unpack
from tocsin.settings import Settings

POINTS_MAX: Final = 512  # of the longer side: about a pixel each on a screen
LATITUDE_MAX_DEG: Final = 84.0


def relief(settings: Settings) -> bytes:
    """The msgpack map of /api/relief: heights of [terrain], metres above the ellipsoid; empty where the site has none.

    `west`, `south`, `east`, `north` in degrees: the middles of the outer points; `across`, `down` points; `heights`:
    int16, little endian, from the north-west corner eastwards; rows are even on a Mercator map, where they are drawn.
    """
    terrain = unpack(settings.ground)
    if terrain is None:
        return msgspec.msgpack.encode({"across": 0, "down": 0, "heights": b""})
    grid = terrain.height_grid_m
    west, south = degrees(terrain.west_rad), degrees(terrain.south_rad)
    east = west + degrees(terrain.step_rad[1]) * (grid.shape[1] - 1)
    north = south + degrees(terrain.step_rad[0]) * (grid.shape[0] - 1)
    low, high = max(south, -LATITUDE_MAX_DEG), min(north, LATITUDE_MAX_DEG)
    down, across = (min(points, POINTS_MAX) for points in grid.shape)
    bottom, top = (np.log(np.tan(np.pi / 4 + np.radians(edge) / 2)) for edge in (low, high))
    latitude = np.degrees(2 * np.arctan(np.exp(np.linspace(top, bottom, down))) - np.pi / 2)
    rows = np.rint((latitude - south) / degrees(terrain.step_rad[0])).astype(np.int64).clip(0, grid.shape[0] - 1)
    columns = np.rint(np.linspace(0, grid.shape[1] - 1, across)).astype(np.int64)
    heights = grid[np.ix_(rows, columns)].astype("<i2").tobytes()
    box = {"west": west, "south": low, "east": east, "north": high}
    return msgspec.msgpack.encode({**box, "across": across, "down": down, "heights": heights})
