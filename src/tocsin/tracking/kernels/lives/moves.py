"""How components move, seen along the ground and upwards: what their class is judged by."""

import math

from tocsin.geo.kernels import geodetic_from_ecef
from tocsin.tracking.kernels.columns import Bank, Floats, Ints, Scratch
from tocsin.tracking.kernels.looks import combine
from tocsin.tracking.kernels.motion import upward
from tocsin.tracking.kernels.njit import kernel

SPEED = 0
SPEED_SIGMA = 1
CLIMB = 2
CLIMB_SIGMA = 3
HEIGHT = 4
HEIGHT_SIGMA = 5
MOVES = 6


@kernel
def moves(bank: Bank, slots: Ints, earth: int, s: Scratch, out: Floats) -> None:
    """Components `slots` (n,) at their own times: out (n, 6) is speed on the ground, climb, height, and their sigmas.

    What spreads along the ground adds to the speed of the mean: its half (one of two axes) is taken off again.
    """
    mean, cov, up = s.mean[0], s.cov[0], s.room[0, 0]
    for n in range(slots.shape[0]):
        i = slots[n]
        combine(bank.x[i], bank.p[i], bank.mu[i], mean, cov)
        upward(mean, earth, up)
        climb = up[0] * mean[3] + up[1] * mean[4] + up[2] * mean[5]
        level2, whole, along, rise, lift = 0.0, 0.0, 0.0, 0.0, 0.0
        for a in range(3):
            level = mean[3 + a] - climb * up[a]
            level2 += level * level
            whole += cov[3 + a, 3 + a]
            for b in range(3):
                along += level * cov[3 + a, 3 + b] * (mean[3 + b] - climb * up[b])
                rise += up[a] * up[b] * cov[3 + a, 3 + b]
                lift += up[a] * up[b] * cov[a, b]
        half = max(0.5 * (whole - rise), 0.0)
        slow = level2 <= half
        out[n, SPEED] = 0.0 if slow else math.sqrt(level2 - 0.5 * half)
        out[n, SPEED_SIGMA] = math.sqrt(half if slow else max(along / level2, 0.0))
        out[n, CLIMB] = climb
        out[n, CLIMB_SIGMA] = math.sqrt(max(rise, 0.0))
        out[n, HEIGHT] = geodetic_from_ecef(mean[0], mean[1], mean[2])[2] if earth else mean[2]
        out[n, HEIGHT_SIGMA] = math.sqrt(max(lift, 0.0))
