"""Nothing flies below the ground: heights that no sensor measured are kept above it.

Two radars without elevation tell a height by the difference of their ranges. That is next to nothing for what flies
low, and nonsense where each of them saw another bird: ghosts of a flock lie kilometres under the ground. A Gaussian
with mean h and sigma s whose mean is below the floor f is replaced by the moments of the part above it,

    a = (f - h) / s,   L = phi(a) / (1 - Phi(a)),   h' = h + s L,   s'^2 = s^2 (1 + a L - L^2),

and all that hangs together with the height follows it, K = P u / s^2 with u upwards:

    x' = x + K (h' - h),   P' = P + K K^T (s'^2 - s^2)

What a radar sees is above the radar's horizon as well: there the floor is as high as the bulge of the earth,
f = (d - d_0)^2 / (2 R_e), with d the distance along the ground, d_0 the antenna's own horizon and R_e 4/3 of the radius
of the earth. A height that is guessed too low would hide it from the very radar that sees it.

Source: Simon and Simon, "Constrained Kalman filtering via density function truncation", Int. J. Systems Science 41
(2010). Only means below the floor are treated: to cut off the tail of every low flyer at each beat would lift it.
What falls is left alone: below the ground it has come down. State: Bank; nothing is kept here.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import log_ndtr

from tocsin.geo.frames import geodetic_from_ecef
from tocsin.messages import Floats, Ints
from tocsin.models.model import Model
from tocsin.settings import Sensor
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Bank, Sensors
from tocsin.tracking.kernels.sensing import EFFECTIVE_EARTH_M

BELOW_M = 150.0  # the ellipsoid is up to 100 m above the sea, and a height is never known to metres
LATELY_NS = 2_000_000_000
SIGMA_LEAST_M = 1.0  # a height that is measured so well is nobody's guess


class Floor:
    """Where the ground is, at most. Holds tables only."""

    def __init__(self, sensors: Sequence[Sensor], model: Model, *, earth: bool) -> None:
        lowest = min((s.altitude_m for s in sensors if np.isfinite(s.altitude_m)), default=0.0)
        self.floor_m = min(lowest, 0.0) - BELOW_M
        self.on = earth
        self._flies = np.array([not (mode.mass_per_drag or mode.along) for mode in model.modes])

    def keep_above(self, bank: Bank, living: Callable[[], Ints], time_ns: int, sensors: Sensors) -> None:
        """Lift what was detected lately and is too low by its mean."""
        if not self.on:
            return
        slots = living()
        slots = slots[bank.tag[slots, c.LAST] >= time_ns - LATELY_NS]
        if not len(slots):
            return
        place = (bank.mu[slots, :, None] * bank.x[slots, :, :3]).sum(axis=1)
        floor_m = np.maximum(self.floor_m, bulge_m(place, bank.tag[slots, c.LAST_SENSOR], sensors))
        low = geodetic_from_ecef(place)[2] < floor_m
        if not low.any():
            return
        slots, floor_m = slots[low], floor_m[low]
        row, mode = np.nonzero((bank.mu[slots] > 0.0) & self._flies)
        lift(bank.x, bank.p, slots[row], mode, floor_m[row])


def bulge_m(place: Floats, sensor: Ints, sensors: Sensors) -> Floats:
    """(n,) how high something at each place (n, 3) must be for its sensor to see it; -inf where nothing hides it."""
    away = place - sensors.place[sensor]
    east, north = ((sensors.axes[sensor, k] * away).sum(axis=1) for k in range(2))
    horizon_m = sensors.num[sensor, c.HORIZON]
    over_m = np.maximum(np.hypot(east, north) - horizon_m, 0.0)
    hides = (sensor >= 0) & (horizon_m >= 0.0) & (sensors.num[sensor, c.PLACED] == 1.0)
    return np.where(hides & (over_m > 0.0), over_m**2 / EFFECTIVE_EARTH_M, -np.inf)


def heights(x: Floats, p: Floats) -> tuple[Floats, Floats, Floats]:
    """Height (n,), P u (n, 6) and its variance (n,), u upwards, of means (n, 6) and covariances (n, 6, 6), ECEF."""
    latitude, longitude, height = geodetic_from_ecef(x[:, :3])
    flat = np.cos(latitude)
    up = np.stack((flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)), axis=1)
    tied = (p[:, :, :3] * up[:, None, :]).sum(axis=2)
    return height, tied, (up * tied[:, :3]).sum(axis=1)


def lift(means: Floats, covariances: Floats, slot: Ints, mode: Ints, floor_m: Floats) -> None:
    """Cut off what is below the floor (n,), where the mean is: means (C, K, 6), covariances (C, K, 6, 6), ECEF."""
    x, p = means[slot, mode], covariances[slot, mode]
    height, tied, variance = heights(x, p)
    low = (height < floor_m) & (variance > SIGMA_LEAST_M**2)
    if not low.any():
        return
    slot, mode, x, p, tied, floor_m = slot[low], mode[low], x[low], p[low], tied[low], floor_m[low]
    height, variance = height[low], variance[low]
    sigma = np.sqrt(variance)
    a = (floor_m - height) / sigma
    ratio = np.exp(-0.5 * a**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(-a))
    left = np.clip(1.0 + a * ratio - ratio**2, 0.25 / (1.0 + a**2), 1.0)
    gain = tied / variance[:, None]
    means[slot, mode] = x + gain * (sigma * ratio)[:, None]
    spread = gain[:, :, None] * gain[:, None, :] * (variance * (left - 1.0))[:, None, None]
    covariances[slot, mode] = p + spread
