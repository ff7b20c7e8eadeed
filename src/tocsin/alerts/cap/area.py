"""Areas as CAP has them: polygons of latitude,longitude, closed, without holes; others are refused, with the reason.

In 2025 a warning lost its polygon on the way and went to ten million people instead of one valley. So a missing, empty,
crossing or huge area is no warning, and what a gateway says that it accepted is compared with what was signed.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import degrees, isfinite

import shapely

from tocsin.alerts.cap.profile import Profile
from tocsin.errors import SiteError
from tocsin.geo.areas import area
from tocsin.settings import Place

Ring = Sequence[tuple[float, float]]
DIGITS = 5  # of a degree: 1.1 m
CORNERS_MIN = 4  # the first is the last
QUARTER = 12  # corners of a quarter of a circle: 0.2 % inside it
RING_M_MIN = 100.0  # a place with a smaller ring is warned of as if it had this one


def polygon(ring: Ring) -> str:
    """A ring of (latitude_rad, longitude_rad) as CAP writes it, closed: "50.45012,30.52345 ..."."""
    points = [f"{_degrees(latitude)},{_degrees(longitude)}" for latitude, longitude in ring]
    return " ".join(points if points[:1] == points[-1:] else [*points, points[0]])


def points(text: str) -> list[tuple[float, float]]:
    """The (latitude, longitude) in degrees of a CAP polygon. Raises ValueError where it is none."""
    found = []
    for word in text.split():
        latitude, comma, longitude = word.partition(",")
        if not comma or not (isfinite(float(latitude)) and isfinite(float(longitude))):
            raise ValueError(f"{word[:40]!r} is no latitude,longitude")
        found.append((float(latitude), float(longitude)))
    return found


def faults(rings: Sequence[Ring], profile: Profile) -> list[str]:
    """Why an area of rings (latitude_rad, longitude_rad) may not be warned of; nothing where it may."""
    if not rings:
        return ["no area: a warning without one reaches nobody or everybody; give the place a geometry"]
    if len(rings) > profile.rings_max:
        return [f"{len(rings)} polygons, {profile.rings_max} at most: draw the place with fewer"]
    if (total := sum(map(len, rings))) > 2 * profile.points_max:
        return [f"{total} points in all, {2 * profile.points_max} at most: each language repeats them; simplify it"]
    found: list[str] = []
    for number, ring in enumerate(rings, 1):
        found += [f"polygon {number}: {fault}" for fault in ring_faults(ring, profile.points_max)]
    return found or _together(rings, profile)


def ring_faults(ring: Ring, points_max: int) -> list[str]:
    """Why a ring is none, as it will be written: rounded, which can close a narrow neck."""
    if len(ring) > points_max:
        return [f"{len(ring)} points, {points_max} at most: simplify it"]
    if not all(isfinite(latitude) and isfinite(longitude) for latitude, longitude in ring):
        return ["a point is no number"]
    written = points(polygon(ring)) if ring else []
    return degree_faults(written, closed=len(ring) > 0 and ring[0] == ring[-1])


def degree_faults(ring: Sequence[tuple[float, float]], *, closed: bool = True) -> list[str]:
    """Why a ring of degrees is none."""
    if not ring:
        return ["it is empty"]
    if not closed or ring[0] != ring[-1]:
        return ["it is not closed: its last point must be its first"]
    if len(set(ring)) < CORNERS_MIN - 1:
        return [f"it has {len(set(ring))} different points, at least {CORNERS_MIN - 1} make an area"]
    outside = [point for point in ring if not (abs(point[0]) <= 90.0 and abs(point[1]) <= 180.0)]
    if outside:
        return [f"{outside[0]} is not on the earth; write latitude,longitude in degrees"]
    steps = pairwise(ring)
    if any(abs(after[1] - before[1]) > 180.0 for before, after in steps):
        return ["it crosses the antimeridian: cut it there into two"]
    shape = shapely.Polygon([(longitude, latitude) for latitude, longitude in ring])
    if not shape.is_valid or shape.area == 0.0:
        return [f"it has no clear inside ({shapely.is_valid_reason(shape)}); list its corners once around"]
    return []


def outline(place: Place) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The area of a warning for a place: a site's ring as a polygon, a zone itself, a border's strip of its ring.

    Rings of (latitude_rad, longitude_rad), closed. Raises SiteError where the place has no geometry that works.
    """
    if place.kind == "zone":
        area("zone", place.geometry)
        ring = tuple(place.geometry)
        return (ring if ring[0] == ring[-1] else (*ring, ring[0]),)
    flat = area(place.kind, place.geometry)
    strip = shapely.buffer(flat.shape, max(place.ring_m, RING_M_MIN), quad_segs=QUARTER)
    corners = shapely.get_coordinates(shapely.get_exterior_ring(strip))[:-1]
    latitude, longitude = flat.geodetic(corners[:, 0], corners[:, 1])
    ring = tuple(zip(latitude.tolist(), longitude.tolist(), strict=True))
    return ((*ring, ring[0]),)


def size_km2(ring: Ring) -> float:
    """The area of a ring of (latitude_rad, longitude_rad). Raises SiteError where it is too wide to tell."""
    return float(shapely.area(area("zone", tuple(ring)).shape)) / 1e6


def _degrees(angle_rad: float) -> str:
    text = f"{degrees(angle_rad):.{DIGITS}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text


def _together(rings: Sequence[Ring], profile: Profile) -> list[str]:
    shapes = [shapely.Polygon([(b, a) for a, b in points(polygon(ring))]) for ring in rings]
    for inner, shape in enumerate(shapes):
        for outer, other in enumerate(shapes):
            if inner != outer and other.contains(shape):
                return [f"polygon {inner + 1} lies inside polygon {outer + 1}: CAP has no holes; leave it out"]
    try:
        km2 = sum(size_km2(ring) for ring in rings)
    except SiteError as error:
        return [str(error)]
    if km2 > profile.area_km2_max:
        return [f"{km2:,.0f} km2, {profile.area_km2_max:,.0f} at most: warn of a smaller area"]
    if km2 < profile.area_km2_min:
        return [f"{km2 * 1e6:.1f} m2, {profile.area_km2_min * 1e6:.0f} at least: it reaches nobody"]
    return []
