"""Where did it come from, where did it fall: an area that was told, beside the place where it was.

The ellipses that hold 50 and 90 % are those of a normal distribution of two dimensions: a place lies inside the one of
share p where its squared distance in sigmas is at most -2 ln(1 - p).
"""

from dataclasses import dataclass
from math import cos, hypot, log, pi, sin

from tocsin.ends import Landing
from tocsin.geo.distance import geodesic


@dataclass(frozen=True, slots=True)
class End:
    """`off_m`: the place that was told from the true one. `area_km2`: of the ellipse that holds 90 %."""

    off_m: float
    squares: float  # distance in sigmas, squared; 1.39 is the median of what knows how wrong it is
    area_km2: float
    late_s: float  # the time that was told after the true one

    def inside(self, share: float) -> bool:
        """Whether the true place lies in the ellipse that holds so much."""
        return self.squares <= -2.0 * log(1.0 - share)


def end(told: Landing, latitude_rad: float, longitude_rad: float, time_ns: int) -> End:
    """What was told beside what was, on the earth."""
    length, bearing, _ = (float(one) for one in geodesic(*told.place, latitude_rad, longitude_rad))
    along, across = length * cos(bearing - told.bearing_rad), length * sin(bearing - told.bearing_rad)
    longer, shorter = (max(one, 1e-3) for one in told.sigma_m)
    squares = hypot(along / longer, across / shorter) ** 2
    area_km2 = pi * -2.0 * log(1.0 - 0.9) * longer * shorter / 1e6
    return End(length, squares, area_km2, (told.time_ns[1] - time_ns) / 1e9)
