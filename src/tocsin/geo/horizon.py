"""How far a radar sees past the bulge of the earth: the 4/3-earth rule for a standard atmosphere.

Source: ITU-R P.834, section 1 (effective earth radius); Skolnik, Radar Handbook, 3rd ed., section 26.2. Ducting, which
happens over warm seas, carries further than this; smooth earth, so hills are `terrain`'s business.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.messages import Floats

EFFECTIVE_RADIUS_M: Final = MEAN_RADIUS_M * 4.0 / 3.0


def horizon_m(antenna_height_m: ArrayLike, target_height_m: ArrayLike) -> Floats:
    """Longest ground distance at which a target is above the horizon. Heights above the surface; less counts as 0."""
    antenna = np.sqrt(2.0 * EFFECTIVE_RADIUS_M * np.maximum(antenna_height_m, 0.0))
    return np.asarray(antenna + np.sqrt(2.0 * EFFECTIVE_RADIUS_M * np.maximum(target_height_m, 0.0)))


def lowest_height_m(antenna_height_m: ArrayLike, ground_distance_m: ArrayLike) -> Floats:
    """The lowest height above the surface that the antenna still sees at a ground distance."""
    beyond = np.asarray(ground_distance_m) - np.sqrt(2.0 * EFFECTIVE_RADIUS_M * np.maximum(antenna_height_m, 0.0))
    return np.asarray(np.maximum(beyond, 0.0) ** 2 / (2.0 * EFFECTIVE_RADIUS_M))
