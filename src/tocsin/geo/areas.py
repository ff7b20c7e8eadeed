"""Sites, zones and border sectors: is a point in it, how far is it, on which side.

Each area is laid in a plane of its own, the azimuthal equidistant projection on WGS 84 around the area's middle
(Snyder, USGS Professional Paper 1395, section 25), through which shapely works. Distances *from the middle* are exact
to 1 mm. Others are stretched across by c**2 / 6, c = distance from the middle over the earth's radius: at most 0.01 %
to 150 km, 0.05 % to 350 km, 0.4 % to 1,000 km. Edges are straight in that plane; between corners 100 km apart that is
within 3 m of the geodesic. Longitudes may cross the antimeridian, and areas may hold a pole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from tocsin.errors import SiteError
from tocsin.geo.distance import geodesic, travel
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.messages import Flags, Floats

CORNERS_MIN: Final = {"site": 1, "zone": 3, "border": 2}
HALF_WIDTH_M_MAX: Final = 2_000_000.0  # beyond it the plane is off by more than 2 %


@dataclass(frozen=True, slots=True)
class Area:
    """A place's geometry in its own plane. Make it with `area`. `ring_m` widens it all around."""

    latitude_rad: float
    longitude_rad: float
    shape: shapely.Geometry
    ring_m: float = 0.0

    def plane(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> tuple[Floats, Floats]:
        """East and north of the middle, in the area's plane, metres."""
        length, bearing, _ = geodesic(self.latitude_rad, self.longitude_rad, latitude_rad, longitude_rad)
        return length * np.sin(bearing), length * np.cos(bearing)

    def geodetic(self, east_m: ArrayLike, north_m: ArrayLike) -> tuple[Floats, Floats]:
        """Latitude and longitude of points in the plane: the inverse of `plane`."""
        east, north = np.asarray(east_m, dtype=np.float64), np.asarray(north_m, dtype=np.float64)
        latitude, longitude, _ = travel(
            self.latitude_rad, self.longitude_rad, np.arctan2(east, north), np.hypot(east, north)
        )
        return latitude, longitude

    def distance_m(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """Metres to the nearest point of the site, zone or line; 0 inside a zone. The ring is not counted."""
        east, north = self.plane(latitude_rad, longitude_rad)
        return np.asarray(shapely.distance(self.shape, shapely.points(east, north)), dtype=np.float64)

    def distance_to_ring_m(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """Metres left until the ring is entered; 0 inside."""
        return np.maximum(self.distance_m(latitude_rad, longitude_rad) - self.ring_m, 0.0)

    def inside(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Flags:
        """Inside the zone or within `ring_m` of the site, zone or line. Its edge counts as inside."""
        return np.asarray(self.distance_m(latitude_rad, longitude_rad) <= self.ring_m)

    def side(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """For a line: +1 on the right of its nearest piece as it was drawn, -1 on the left, 0 on it."""
        east, north = self.plane(latitude_rad, longitude_rad)
        at = np.asarray(shapely.get_coordinates(self.shape))
        start, piece = at[:-1], np.diff(at, axis=0)
        offset = np.stack((np.ravel(east), np.ravel(north)), axis=-1)[:, None, :] - start
        length2 = np.maximum((piece * piece).sum(-1), 1e-12)  # a corner given twice is a piece of no length
        along = np.clip((offset * piece).sum(-1) / length2, 0.0, 1.0)
        away = offset - along[..., None] * piece
        nearest = np.argmin((away * away).sum(-1), axis=1)
        row = np.arange(len(nearest))
        turn = offset[row, nearest, 0] * piece[nearest, 1] - offset[row, nearest, 1] * piece[nearest, 0]
        return np.asarray(np.sign(turn).reshape(np.shape(east)), dtype=np.float64)


def area(kind: str, geometry: Sequence[tuple[float, float]], ring_m: float = 0.0) -> Area:
    """Lay (latitude, longitude) pairs, radians, in a plane. `kind`: site (one pair), zone (a ring) or border (a line).

    Raises SiteError where no such shape can be made: too few corners, a ring that crosses itself, one too wide.
    """
    if kind not in CORNERS_MIN:
        raise SiteError(f"a place has kind {kind!r}; expected one of {', '.join(CORNERS_MIN)}")
    pairs = np.asarray(geometry, dtype=np.float64).reshape(-1, 2)
    if kind == "zone" and len(pairs) > 1 and np.array_equal(pairs[0], pairs[-1]):
        pairs = pairs[:-1]
    if len(pairs) < CORNERS_MIN[kind] or (kind == "site" and len(pairs) != 1):
        expected = "exactly 1" if kind == "site" else f"at least {CORNERS_MIN[kind]}"
        raise SiteError(f"a {kind} has {len(pairs)} corners; expected {expected}")
    latitude, longitude = _middle(pairs)
    flat = Area(latitude, longitude, shapely.Point(0.0, 0.0), ring_m)
    east, north = flat.plane(pairs[:, 0], pairs[:, 1])
    if np.hypot(east, north).max() > HALF_WIDTH_M_MAX:
        raise SiteError(f"a {kind} is more than {HALF_WIDTH_M_MAX / 500:.0f} km wide; cut it into smaller ones")
    shape = _shape(kind, np.stack((east, north), axis=-1))
    if not shapely.is_valid(shape) or (kind == "zone" and shapely.area(shape) == 0.0):
        reason = shapely.is_valid_reason(shape)
        raise SiteError(f"a {kind} has no clear inside ({reason}); list its corners in order, without crossing")
    shapely.prepare(shape)
    return Area(latitude, longitude, shape, ring_m)


def _middle(pairs: Floats) -> tuple[float, float]:
    """The mean of the corners as vectors, so that neither the antimeridian nor a pole is special."""
    on_ellipsoid = ecef_from_geodetic(pairs[:, 0], pairs[:, 1], 0.0).mean(axis=0)
    if len(pairs) == 1:
        return float(pairs[0, 0]), float(pairs[0, 1])
    latitude, longitude, _ = geodetic_from_ecef(on_ellipsoid)
    return float(latitude), float(longitude)


def _shape(kind: str, at_m: Floats) -> shapely.Geometry:
    if kind == "site":
        return shapely.Point(0.0, 0.0)
    return shapely.Polygon(at_m) if kind == "zone" else shapely.LineString(at_m)
