"""Compact position reporting: 17 bits of latitude and longitude, even and odd, back to degrees.

Source: RTCA DO-260B appendix A.1.7 and ICAO Doc 9871 C.2.6, whose letters (Dlat, j, NL, m) are kept. Degrees, as there.
"""

import math
from bisect import bisect_right
from typing import NamedTuple

ZONES = 15  # NZ: latitude zones between the equator and a pole
STEPS = 131_072  # 2**17


class Frame(NamedTuple):
    """One encoded position. `latitude` and `longitude` are the raw 17 bits."""

    odd: bool
    surface: bool
    latitude: int
    longitude: int


def _zone_borders() -> tuple[float, ...]:
    """The latitudes at which NL falls from 59 to 58, from 58 to 57, ... to 2, in degrees, and 87 for 2 to 1."""
    borders = []
    for nl in range(59, 2, -1):
        ratio = (1.0 - math.cos(math.pi / (2 * ZONES))) / (1.0 - math.cos(2.0 * math.pi / nl))
        borders.append(math.degrees(math.acos(math.sqrt(ratio))))
    return (*borders, 87.0)


BORDERS_DEG = _zone_borders()


def longitude_zones(latitude_deg: float) -> int:
    """NL: how many longitude zones there are at a latitude: 59 at the equator, 1 beyond 87 degrees."""
    return 59 - bisect_right(BORDERS_DEG, abs(latitude_deg))


def from_pair(
    even: Frame, odd: Frame, newest_odd: bool, near: tuple[float, float] | None = None
) -> tuple[float, float] | None:
    """Latitude and longitude (degrees) of the newer of an even and an odd frame; None where they do not fit.

    Airborne the answer is unambiguous. On the surface it repeats every 90 degrees: `near`, a place within 45 degrees,
    decides, and without it there is no answer.
    """
    surface = even.surface
    if surface and near is None:
        return None
    circle = 90.0 if surface else 360.0
    y0, y1 = even.latitude / STEPS, odd.latitude / STEPS
    j = math.floor(59.0 * y0 - 60.0 * y1 + 0.5)
    latitudes = [circle / 60.0 * (j % 60 + y0), circle / 59.0 * (j % 59 + y1)]
    for k in (0, 1):
        if surface and near is not None:
            latitudes[k] = min(latitudes[k], latitudes[k] - 90.0, key=lambda y: abs(y - near[0]))
        elif latitudes[k] >= 270.0:
            latitudes[k] -= 360.0
    nl = longitude_zones(latitudes[0])
    latitude = latitudes[newest_odd]
    if nl != longitude_zones(latitudes[1]) or abs(latitude) > 90.0:
        return None
    x0, x1 = even.longitude / STEPS, odd.longitude / STEPS
    m = math.floor(x0 * (nl - 1) - x1 * nl + 0.5)
    ni = max(nl - newest_odd, 1)
    longitude = circle / ni * (m % ni + (x1 if newest_odd else x0))
    if surface and near is not None:
        longitude = near[1] + min(
            (_half_turn(longitude + quarter - near[1]) for quarter in (0.0, 90.0, 180.0, 270.0)), key=abs
        )
    return latitude, _half_turn(longitude)


def from_near(frame: Frame, near: tuple[float, float]) -> tuple[float, float] | None:
    """Latitude and longitude (degrees) of one frame, given a place within half a zone of it: 333 km airborne, 83 km on
    the surface. None where the answer leaves the globe.
    """
    circle = 90.0 if frame.surface else 360.0
    y, x = frame.latitude / STEPS, frame.longitude / STEPS
    dlat = circle / (60 - frame.odd)
    latitude = dlat * (math.floor(0.5 + near[0] / dlat - y) + y)
    if abs(latitude) > 90.0:
        return None
    dlon = circle / max(longitude_zones(latitude) - frame.odd, 1)
    return latitude, _half_turn(dlon * (math.floor(0.5 + near[1] / dlon - x) + x))


def _half_turn(degrees: float) -> float:
    """A longitude in [-180, 180)."""
    return (degrees + 180.0) % 360.0 - 180.0
