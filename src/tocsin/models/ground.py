"""The ground in settings: heights as whole metres, packed, so that a replay sees the hills that were seen live."""

import zlib

import numpy as np

from tocsin.errors import SiteError
from tocsin.geo.terrain import Terrain
from tocsin.geo.units import TURN_RAD
from tocsin.settings import Ground

POINTS_MAX = 1_000_000  # packed about 1 MB, which stands in each dump


def pack(terrain: Terrain, coarser: int = 1) -> Ground:
    """A terrain as settings keep it; of each square of `coarser` points the highest, so that no ridge is lost.

    Raises SiteError where more than POINTS_MAX points would be left.
    """
    grid = terrain.height_grid_m
    rows, columns = (-(-n // coarser) for n in grid.shape)
    if rows * columns > POINTS_MAX:
        least = int(np.ceil(np.sqrt(grid.size / POINTS_MAX)))
        message = (
            f"a terrain of {rows} x {columns} points is too fine to keep; write coarser = {max(least, 2)}, or cut it"
        )
        raise SiteError(message)
    padded = np.pad(grid, [(0, rows * coarser - grid.shape[0]), (0, columns * coarser - grid.shape[1])], mode="edge")
    highest = padded.reshape(rows, coarser, columns, coarser).max(axis=(1, 3))
    half = 0.5 * (coarser - 1)
    south, west = (
        edge + half * step for edge, step in zip((terrain.south_rad, terrain.west_rad), terrain.step_rad, strict=True)
    )
    step = terrain.step_rad[0] * coarser, terrain.step_rad[1] * coarser
    packed = zlib.compress(np.ceil(highest).astype("<i2").tobytes(), 6)
    return Ground(float(south), float(west), (float(step[0]), float(step[1])), rows, columns, packed)


def unpack(ground: Ground | None) -> Terrain | None:
    """The terrain of a site's ground; None where the site has none. Raises SiteError where it is damaged."""
    if ground is None:
        return None
    try:
        heights = np.frombuffer(zlib.decompress(ground.heights), dtype="<i2").reshape(ground.rows, ground.columns)
    except (zlib.error, ValueError) as error:
        raise SiteError(f"the ground of the settings is damaged ({error}); read the site file again") from error
    if not 0.0 < ground.step_rad[0] < TURN_RAD or not 0.0 < ground.step_rad[1] < TURN_RAD:
        raise SiteError(f"the ground's steps {ground.step_rad} are no angles; read the site file again")
    return Terrain(ground.south_rad, ground.west_rad, ground.step_rad, heights.astype(np.float64))
