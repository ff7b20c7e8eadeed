"""The field of the unseen as kernels meet it: one look-up for each row, one addition for each component given back.

The field itself is thinned, moved and published between batches (`tracking.unseen`); here it is read.
"""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Field, Floats
from tocsin.tracking.kernels.njit import kernel, part

LOW_M, HIGH_M = 300.0, 3_000.0  # edges of the three height bands: models.groups.BAND_EDGES_M
EARTH_DIAMETER_M = 2.0 * 6371008.8
ROOT_TWO = math.sqrt(2.0)


@kernel
def cell_of(field: Field, x: float, y: float, z: float) -> tuple[int, float]:
    """The cell under a place of the frame, the last one (outside) where the grid ends, and the height above ground 0.

    Height above a sphere that touches the plane of the grid: h = u + (e^2 + n^2) / 2R.
    """
    d0, d1, d2 = x - field.origin[0], y - field.origin[1], z - field.origin[2]
    axes, grid = field.axes, field.grid
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    u = axes[2, 0] * d0 + axes[2, 1] * d1 + axes[2, 2] * d2
    height = u + (e * e + n * n) / EARTH_DIAMETER_M
    outside = field.total.shape[0] - 1
    a, b = (e - grid[c.GRID_WEST]) / grid[c.GRID_CELL], (n - grid[c.GRID_SOUTH]) / grid[c.GRID_CELL]
    if not (a >= 0.0 and b >= 0.0 and a < grid[c.GRID_ACROSS] and b < grid[c.GRID_ALONG]):
        return outside, height
    return int(b) * int(grid[c.GRID_ACROSS]) + int(a), height


@kernel
def ratio_at(field: Field, x: float, y: float, z: float, height_sigma: float) -> float:
    """The field at a place as a multiple of what nobody has looked at. `height_sigma` m; negative: height not known.

    rho = sum_b rho_b P(height in band b),  heights normal around the measured one; without one all bands together.
    """
    k, height = cell_of(field, x, y, z)
    if height_sigma < 0.0:
        return float(field.total[k])
    scale = ROOT_TWO * max(height_sigma, 1.0)
    low = 0.5 * (1.0 + math.erf((LOW_M - height) / scale))
    high = 0.5 * (1.0 - math.erf((HIGH_M - height) / scale))
    return float(low * field.ratio[k, 0] + (1.0 - low - high) * field.ratio[k, 1] + high * field.ratio[k, 2])


@part
def give_back(field: Field, x: Floats, mass: float) -> None:
    """A component with existence `mass` at mean x (6,) is no more: the unseen has it back, from the next tick on."""
    k, height = cell_of(field, x[0], x[1], x[2])
    band = 0 if height < LOW_M else 1 if height < HIGH_M else 2
    field.given[k, band] += mass
