"""The areas of a forecast as GeoJSON (RFC 7946): polygons that hold 50 and 90 %, in degrees; times in seconds UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import degrees, pi
from typing import Final

import msgspec
import numpy as np
import shapely

from tocsin.ends import Cone, Landing, Origin, Outlook, Spread
from tocsin.geo.distance import travel
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats
from tocsin.models.whereabouts import geodetic
from tocsin.settings import Frame

CORNERS: Final = 32  # of an ellipse: drawn so, it is at most half a percent too small
SIGMAS: Final = {0.5: 1.1774, 0.9: 2.1460}  # of two coordinates together
WEDGE: Final = {0.5: 0.6745, 0.9: 1.6449}  # of one angle
BACK_M: Final = 40_000.0  # a wedge is drawn so long: how far away it began is not known
DIGITS: Final = 5
KINDS: Final = ("impact", "launch", "origin", "ahead")


def geojson(outlook: Outlook | None, frame: Frame) -> Mapping[str, object]:
    """A feature for each area of each share; the larger one first, so that the smaller is drawn over it."""
    if outlook is None:
        return {"type": "FeatureCollection", "time": None, "tracks": [], "features": []}
    return {
        "type": "FeatureCollection",
        "time": outlook.time_ns / SECOND_NS,
        "tracks": [{"track": track, "endangers": places} for track, places in outlook.tracks],
        "features": list(_features(outlook, frame)),
    }


@dataclass(slots=True)
class Told:
    """The newest outlook as JSON, made once for all who ask."""

    _kept: tuple[Outlook | None, bytes] | None = None

    def json(self, outlook: Outlook | None, frame: Frame) -> bytes:
        """Slow where it is a new one: call it in a thread."""
        if self._kept is None or self._kept[0] is not outlook:
            self._kept = outlook, msgspec.json.encode(geojson(outlook, frame))
        return self._kept[1]


def _features(outlook: Outlook, frame: Frame) -> Iterator[Mapping[str, object]]:
    endangers = dict(outlook.tracks)
    for cone in outlook.cones:
        yield from _ahead(cone, outlook.time_ns, frame, endangers.get(cone.track, ()))
    for kind, landings in (("impact", outlook.impacts), ("launch", outlook.launches)):
        for landing in landings:
            yield from _landing(kind, landing, frame, endangers.get(landing.track, ()))
    for origin in outlook.origins:
        yield from _origin(origin, frame, endangers.get(origin.track, ()))


def _landing(kind: str, one: Landing, frame: Frame, endangers: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    at = _degrees(one.place, frame)
    known = {"place": [round(part, DIGITS) for part in at], "times": [time_ns / SECOND_NS for time_ns in one.time_ns]}
    for share in (0.9, 0.5):
        major, minor = (SIGMAS[share] * sigma_m for sigma_m in one.sigma_m)
        ring = _ellipse(at, (major, minor), one.bearing_rad)
        yield _feature(ring, kind, one.track, endangers, share, known | {"major_m": major, "minor_m": minor})


def _origin(one: Origin, frame: Frame, endangers: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    at = _degrees(one.place, frame)
    known = {
        "place": [round(part, DIGITS) for part in at],
        "times": [one.seen_ns / SECOND_NS],
        "bearing_deg": degrees(one.bearing_rad),
        "sigma_deg": degrees(one.sigma_rad),
    }
    for share in (0.9, 0.5):
        half = min(WEDGE[share] * one.sigma_rad, pi / 2)
        arc = _points(at, np.linspace(-half, half, 9) + one.bearing_rad, np.full(9, BACK_M))
        yield _feature([at, *arc, at], "origin", one.track, endangers, share, known)


def _ahead(cone: Cone, time_ns: int, frame: Frame, endangers: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    """The corridor of one track: the hulls of each two ellipses that follow each other, as one polygon."""
    middles = [_degrees(one.place, frame) for one in cone.spreads]
    steps = [_step(one, at) for one, at in zip(cone.spreads, middles, strict=True)]
    known = {
        "place": steps[0]["place"],
        "times": [time_ns / SECOND_NS + one.after_s for one in cone.spreads],
        "steps": steps,
    }
    for share in (0.9, 0.5):
        axes = [one.most_m if share == 0.9 else one.half_m for one in cone.spreads]
        rings = [_ellipse(*of) for of in zip(middles, axes, (one.bearing_rad for one in cone.spreads), strict=True)]
        hulls = [shapely.MultiPoint(a + b).convex_hull for a, b in pairwise(rings)]
        outline = shapely.get_exterior_ring(shapely.union_all(hulls))  # one: each hull shares an ellipse with the next
        ring = [(float(x), float(y)) for x, y in shapely.get_coordinates(shapely.reverse(outline))]
        yield _feature(ring, "ahead", cone.track, endangers, share, known)


def _step(one: Spread, at: tuple[float, float]) -> dict[str, object]:
    return {
        "after_s": one.after_s,
        "place": [round(part, DIGITS) for part in at],
        "bearing_deg": round(degrees(one.bearing_rad), 1),
        "half_m": [round(axis) for axis in one.half_m],
        "most_m": [round(axis) for axis in one.most_m],
    }


def _feature(
    ring: list[tuple[float, float]],
    kind: str,
    track: int,
    endangers: tuple[str, ...],
    share: float,
    known: Mapping[str, object],
) -> Mapping[str, object]:
    corners = [[round(part, DIGITS) for part in corner] for corner in ring]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {"kind": kind, "track": track, "endangers": endangers, "share": share, **known},
    }


def _ellipse(at: tuple[float, float], axes_m: tuple[float, float], bearing_rad: float) -> list[tuple[float, float]]:
    """A closed ring, against the clock as RFC 7946 asks."""
    turn = -2.0 * pi * np.arange(CORNERS) / CORNERS
    along, across = axes_m[0] * np.cos(turn), axes_m[1] * np.sin(turn)
    ring = _points(at, bearing_rad + np.arctan2(across, along), np.hypot(along, across))
    return [*ring, ring[0]]


def _points(at: tuple[float, float], bearing_rad: Floats, away_m: Floats) -> list[tuple[float, float]]:
    """(longitude, latitude) of places around one. Longitudes go on past 180 degrees, so that no ring is torn."""
    longitude, latitude = at
    around = travel(np.radians(latitude), np.radians(longitude), bearing_rad, away_m)
    east = longitude + (np.degrees(around[1]) - longitude + 180.0) % 360.0 - 180.0
    return list(zip(east.tolist(), np.degrees(around[0]).tolist(), strict=True))


def _degrees(place: tuple[float, float], frame: Frame) -> tuple[float, float]:
    """(longitude, latitude) of a place as messages have it."""
    if frame.kind == "local":
        latitude, longitude, _ = (float(part) for part in geodetic(frame, np.array([*place, 0.0])))
        return degrees(longitude), degrees(latitude)
    return degrees(place[1]), degrees(place[0])
