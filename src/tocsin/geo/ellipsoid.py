"""The WGS 84 ellipsoid.

Source: NGA.STND.0036 (2014), table 3.1 (semi-major axis, flattening); the rest follows from these two.
"""

from typing import Final

A_M: Final = 6_378_137.0  # semi-major axis
F: Final = 1.0 / 298.257223563  # flattening
B_M: Final = A_M * (1.0 - F)  # semi-minor axis
E2: Final = F * (2.0 - F)  # first eccentricity squared
EP2: Final = E2 / (1.0 - E2)  # second eccentricity squared
MEAN_RADIUS_M: Final = (2.0 * A_M + B_M) / 3.0
