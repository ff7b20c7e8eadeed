"""How far a station's looks reach: a network of thousands costs what stands near each station, never the whole sky."""

import math

from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Floats, Rules, Sensors
from tocsin.tracking.kernels.njit import part
from tocsin.tracking.kernels.sound.retarded import FRONT_MACH


@part
def carried(num: Floats) -> float:
    """How far, in m, the fastest source that can be heard has flown since it gave what comes from the edge of reach."""
    mach: float = min(FRONT_MACH, 4000.0 / num[c.SPEED])  # light: no way at all
    far: float = 1.1 * mach * num[c.RANGE_MAX]  # a tenth for the wind
    return far


@part
def add_reach(sensors: Sensors, sensor: int, rules: Rules, box: Floats) -> None:
    """Widen a box (low, high, low, high) of the plane to hold where that is now which a station may hear."""
    place, num = sensors.place[sensor], sensors.num[sensor]
    half = num[c.RANGE_MAX] + carried(num) + 1.0
    for q in range(2):
        e = rules.plane[q]
        at = e[0] * (place[0] - rules.origin[0]) + e[1] * (place[1] - rules.origin[1])
        at += e[2] * (place[2] - rules.origin[2])
        box[2 * q], box[2 * q + 1] = min(box[2 * q], at - half), max(box[2 * q + 1], at + half)


@part
def beyond(bank: Bank, i: int, time: int, sensors: Sensors, sensor: int) -> bool:
    """Is component i, not yet predicted, surely where a station would not hear it?

    Its mean when it gave what is heard is no farther from its mean now than its modes are from each other, and than it
    flies in the time that it has to be moved and that sound takes.
    """
    place, num, x = sensors.place[sensor], sensors.num[sensor], bank.x[i]
    apart2, fastest2 = 0.0, 0.0
    for k in range(bank.mu.shape[1]):
        a0, a1, a2 = x[k, 0] - x[0, 0], x[k, 1] - x[0, 1], x[k, 2] - x[0, 2]
        apart2 = max(apart2, a0 * a0 + a1 * a1 + a2 * a2)
        fastest2 = max(fastest2, x[k, 3] * x[k, 3] + x[k, 4] * x[k, 4] + x[k, 5] * x[k, 5])
    dt = abs(time - bank.tag[i, c.TIME]) * 1e-9
    flown = math.sqrt(fastest2) * (dt + 1.5 * num[c.RANGE_MAX] / num[c.SPEED])
    reach = num[c.RANGE_MAX] + math.sqrt(apart2) + flown
    d0, d1, d2 = x[0, 0] - place[0], x[0, 1] - place[1], x[0, 2] - place[2]
    outside: bool = d0 * d0 + d1 * d1 + d2 * d2 > reach * reach
    return outside
