"""How far off the plots of a sensor were lately from where their tracks were thought to be: for a person to look at.

The last ones of each sensor, in what it measures, with the offsets that are taken off now. No part of the state: who
thinks a minute again has them again.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rows, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Tally

KEPT: Final = 200  # of each sensor
AT_ONCE: Final = 512  # of one call
SURE: Final = 0.8  # of a row being the track's own
NAMES: Final = ("range_m", "azimuth_rad", "elevation_rad", "east_m", "north_m", "up_m")
TURN_RAD: Final = 2.0 * np.pi
FLAT: Final = (1 << c.EAST) | (1 << c.NORTH)


@dataclass(slots=True)
class Residuals:
    """By the sensor's index: times (n,) and what was measured less what was expected (n, 6), see NAMES; NaN: not."""

    lately: dict[int, tuple[Ints, Floats]] = field(default_factory=dict)

    def take(self, rows: Rows, tallied: Tally, sensor: Ints, sensors: Sensors, applied: Floats) -> None:
        """Note the rows that tracks surely had. `sensor` (looks,): each look's; `applied` (s, 4): offsets taken off."""
        line = np.flatnonzero((tallied.tag[:, k.T_ROW] >= 0) & (tallied.num[:, k.T_BEST] >= SURE))[:AT_ONCE]
        if not len(line):
            return
        row, who = tallied.tag[line, k.T_ROW], sensor[tallied.tag[line, k.T_LOOK]]
        off = residuals(Rows._make(column[row] for column in rows), tallied, line, who, sensors, applied)
        for s in np.unique(who).tolist():
            here = np.flatnonzero(who == s)
            time, values = rows.time[row[here]], off[here]
            known = self.lately.get(s)
            if known is not None:
                before = known[0] < time.min()  # what is worked again is not told twice
                time, values = np.append(known[0][before], time), np.concatenate([known[1][before], values])
            self.lately[s] = time[-KEPT:], values[-KEPT:]

    def of(self, s: int) -> tuple[Ints, dict[str, Floats]]:
        """Times (n,), and the columns that were measured (n,) of one sensor."""
        time, values = self.lately.get(s, (np.zeros(0, dtype=np.int64), np.zeros((0, len(NAMES)))))
        told = {name: values[:, a].copy() for a, name in enumerate(NAMES)}
        return time.copy(), {name: column for name, column in told.items() if not np.isnan(column).all()}


def residuals(rows: Rows, tallied: Tally, line: Ints, who: Ints, sensors: Sensors, applied: Floats) -> Floats:
    """(n, 6): what each row measured less what its track's mean before the look would have given; see NAMES."""
    x, num = tallied.x[line], sensors.num[who]
    dt = (rows.time - tallied.tag[line, k.T_TIME]) * 1e-9
    place, axes = sensors.place[who].copy(), sensors.axes[who]
    laid = (sensors.registered[who] >= 0) & (rows.mask & FLAT == FLAT)  # a moving radar's: the ray leads back to it
    ray = rows.z[:, c.EAST : c.UP + 1] - rows.z[:, [c.RANGE]] * rows.axes[:, 0]
    carried = rows.mask & (1 << c.CARRIED) > 0
    place = np.where(laid[:, None], ray, np.where(carried[:, None], rows.z[:, c.EAST : c.UP + 1], place))
    heard = np.where(num[:, c.SPEED] > 0.0, np.sqrt(((x[:, :3] - place) ** 2).sum(axis=1)), 0.0)
    at = x[:, :3] + (dt - heard / np.maximum(num[:, c.SPEED], 1.0))[:, None] * x[:, 3:6]
    east, north, up = (axes * (at - place)[:, None, :]).sum(axis=2).T
    ground = np.hypot(east, north)
    out = np.full((len(line), len(NAMES)), np.nan)
    bits = (c.RANGE, c.AZIMUTH, c.ELEVATION)
    expected = (np.hypot(ground, up), np.arctan2(east, north), np.arctan2(up, ground))
    for a, (bit, value) in enumerate(zip(bits, expected, strict=True)):
        has = (rows.mask & (1 << bit) > 0) | (laid & (rows.mask & (1 << (bit + c.EAST)) > 0))
        out[has, a] = (rows.z[:, bit] - applied[who, a] - value)[has]
    out[:, 1] = np.mod(out[:, 1] + np.pi, TURN_RAD) - np.pi
    along = (rows.axes * (rows.z[:, c.EAST : c.UP + 1] - at)[:, None, :]).sum(axis=2)
    for a in range(3):
        has = (rows.mask & (1 << (c.EAST + a)) > 0) & ~laid
        out[has, 3 + a] = along[has, a]
    return out
