"""Which cell of a sensor something lies in."""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Floats, Ints, Rows, Rules, Sensors
from tocsin.tracking.kernels.learning.columns import FIRST, KIND, NONE, POLAR, RINGS, SECTORS
from tocsin.tracking.kernels.njit import part

TWO_PI = 2.0 * math.pi


@part
def polar_cell(table: Ints, num: Floats, r: float, azimuth: float) -> int:
    """The cell at a range and an azimuth; -1 outside. table (4,): Sensors.cells of the sensor, num: its numbers."""
    ring = 0
    if table[RINGS] > 1:
        ring = math.floor((r - num[c.RANGE_MIN]) / (num[c.RANGE_MAX] - num[c.RANGE_MIN]) * table[RINGS])
        if ring < 0 or ring >= table[RINGS]:
            return -1
    sector = min(math.floor(azimuth % TWO_PI / TWO_PI * table[SECTORS]), table[SECTORS] - 1)
    cell: int = table[FIRST] + ring * table[SECTORS] + sector
    return cell


@part
def cell_at(sensors: Sensors, s: int, rules: Rules, x: Floats) -> int:
    """The cell of sensor s in which the position x (3 or more,) lies; -1 none."""
    if sensors.cells[s, KIND] == NONE:
        return -1
    if sensors.cells[s, KIND] == POLAR:
        axes = sensors.axes[s]
        d0, d1, d2 = x[0] - sensors.place[s, 0], x[1] - sensors.place[s, 1], x[2] - sensors.place[s, 2]
        e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
        n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
        return polar_cell(sensors.cells[s], sensors.num[s], math.sqrt(d0 * d0 + d1 * d1 + d2 * d2), math.atan2(e, n))
    half = sensors.num[s, c.RANGE_MAX]
    d0, d1, d2 = x[0] - rules.origin[0], x[1] - rules.origin[1], x[2] - rules.origin[2]
    east, north = rules.plane[0], rules.plane[1]
    a = math.floor((east[0] * d0 + east[1] * d1 + east[2] * d2 + half) / (2.0 * half) * sensors.cells[s, RINGS])
    b = math.floor((north[0] * d0 + north[1] * d1 + north[2] * d2 + half) / (2.0 * half) * sensors.cells[s, SECTORS])
    if a < 0 or a >= sensors.cells[s, RINGS] or b < 0 or b >= sensors.cells[s, SECTORS]:
        return -1
    cell: int = sensors.cells[s, FIRST] + a * sensors.cells[s, SECTORS] + b
    return cell


@part
def row_cell(sensors: Sensors, s: int, rules: Rules, rows: Rows, j: int) -> int:
    """The cell of sensor s in which row j was measured; -1 none."""
    if sensors.cells[s, KIND] == POLAR and rows.mask[j] & (1 << c.AZIMUTH):
        if sensors.cells[s, RINGS] > 1 and not rows.mask[j] & (1 << c.RANGE):
            return -1
        return polar_cell(sensors.cells[s], sensors.num[s], rows.z[j, c.RANGE], rows.z[j, c.AZIMUTH])
    if not rows.mask[j] & (1 << c.EAST):
        return -1
    return cell_at(sensors, s, rules, rows.place[j])
