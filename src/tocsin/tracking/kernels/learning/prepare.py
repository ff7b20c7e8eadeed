"""Rows as they are worked: clutter of their cell, offsets taken off, variances as deserved. The raw rows stay."""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Floats, Looks, Rows, Rules, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.cells import row_cell
from tocsin.tracking.kernels.learning.columns import Learned
from tocsin.tracking.kernels.njit import kernel, part

TWO_PI = 2.0 * math.pi


@kernel
def prepare(rows: Rows, looks: Looks, sensors: Sensors, rules: Rules, learned: Learned, out: Rows) -> None:
    """Fill the clutter, z, var, place and time of `out`, which came as copies of those of `rows`."""
    for look in range(looks.time.shape[0]):
        s = looks.sensor[look]
        off, factor = learned.applied[s], learned.factor[s]
        moved = off[0] != 0.0 or off[1] != 0.0 or off[2] != 0.0 or off[3] != 0.0
        for j in range(looks.first[look], looks.last[look]):
            cell = row_cell(sensors, s, rules, rows, j)
            if cell >= 0:
                out.clutter[j] *= learned.clutter_ratio[cell]
            if factor != 1.0:
                for q in range(c.QUANTITIES):
                    out.var[j, q] *= factor
                out.place[j, 3] *= math.sqrt(factor)
            if not moved:
                continue
            out.time[j] -= round(off[k.OFF_TIME] * 1e9)
            z = rows.z[j]
            if not rows.mask[j] & (1 << c.RANGE):
                along_own_axes(rows, j, off, out)
                continue
            new = max(z[c.RANGE] - off[k.OFF_RANGE], 1.0)
            out.z[j, c.RANGE] = new
            out.z[j, c.AZIMUTH] = (z[c.AZIMUTH] - off[k.OFF_AZIMUTH]) % TWO_PI
            if rows.mask[j] & (1 << c.ELEVATION):
                out.z[j, c.ELEVATION] = z[c.ELEVATION] - off[k.OFF_ELEVATION]
            az0, el0, az1, el1 = z[c.AZIMUTH], z[c.ELEVATION], out.z[j, c.AZIMUTH], out.z[j, c.ELEVATION]
            e = new * math.cos(el1) * math.sin(az1) - z[c.RANGE] * math.cos(el0) * math.sin(az0)
            n = new * math.cos(el1) * math.cos(az1) - z[c.RANGE] * math.cos(el0) * math.cos(az0)
            u = new * math.sin(el1) - z[c.RANGE] * math.sin(el0)
            axes = sensors.axes[s]
            for a in range(3):
                out.place[j, a] += e * axes[0, a] + n * axes[1, a] + u * axes[2, a]


@part
def along_own_axes(rows: Rows, j: int, off: Floats, out: Rows) -> None:
    """Take the offsets of a moving radar off a row that stands as a place along the ray, across and above it."""
    r, axes = rows.z[j, c.RANGE], rows.axes[j]
    side = r * math.cos(rows.z[j, c.ELEVATION]) * off[k.OFF_AZIMUTH]
    rise = r * off[k.OFF_ELEVATION] if rows.mask[j] & (1 << c.UP) else 0.0
    for a in range(3):
        d = off[k.OFF_RANGE] * axes[0, a] + side * axes[1, a] + rise * axes[2, a]
        out.z[j, c.EAST + a] -= d
        out.place[j, a] -= d
