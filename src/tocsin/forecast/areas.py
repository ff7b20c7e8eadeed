"""The places in one plane, as kernels want them: circles for sites, polygons for zones and border sectors.

The plane is the azimuthal equidistant one around the site's origin (geo.areas tells how much it stretches: 0.05 % at
350 km). A ring around a zone or a line is a buffer of 64 corners a turn, at most 0.03 % of the ring too small.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely

from tocsin.geo.areas import Area, area
from tocsin.geo.distance import geodesic, travel
from tocsin.geo.frames import ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import Floats, Ints
from tocsin.settings import Corridor, Frame, Place

QUARTER = 16  # corners of a quarter turn of a buffer
LINE_M = 1.0  # a border without a ring is so wide: crossing it is entering it
AIM = 0.1  # of its ring: who seeks a site aims so near to its middle
AIM_M = 500.0  # but no farther beside it
ANYWHERE = 0.4  # of its reach: who seeks a zone may mean any part of it


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Places as arrays: g of them."""

    names: tuple[str, ...]
    middle: Floats  # (g, 2) where a mover that seeks it aims
    reach: Floats  # (g,) radius around the middle that holds all of it
    first: Ints  # (g + 1,) corners of each: first[i] to first[i + 1]; none: a circle of radius `reach`
    corner: Floats  # (c, 2) closed rings
    spread: Floats  # (g,) m: sigma of where in it somebody aims who seeks it
    corridors: tuple[str, ...] = ()
    corridor_first: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))  # as `first`, of each corridor
    corridor: Floats = field(default_factory=lambda: np.zeros((0, 3)))  # corners of lines: east, north, half the width

    def __len__(self) -> int:
        return len(self.names)


def areas_of(places: tuple[Place, ...], frame: Frame, corridors: tuple[Corridor, ...] = ()) -> Areas:
    """Lay all places in the plane. Raises SiteError where a geometry is none."""
    corners = [_corners(place, frame) for place in places]
    middle = np.array([_middle(place, frame) for place in places]).reshape(-1, 2)
    reach = np.array(
        [
            place.ring_m if len(ring) == 0 else float(np.hypot(*(ring - at).T).max())
            for place, ring, at in zip(places, corners, middle, strict=True)
        ]
    )
    first = np.concatenate([[0], np.cumsum([len(ring) for ring in corners], dtype=np.int64)]).astype(np.int64)
    corner = np.concatenate([np.zeros((0, 2)), *corners])
    site = np.array([place.kind == "site" for place in places], dtype=np.bool_)
    spread = np.where(site, np.minimum(AIM * reach, AIM_M), ANYWHERE * reach).astype(np.float64)
    lines = [_line(corridor, frame) for corridor in corridors]
    ends = np.concatenate([[0], np.cumsum([len(line) for line in lines], dtype=np.int64)]).astype(np.int64)
    return Areas(
        tuple(place.name for place in places),
        middle,
        reach.astype(np.float64),
        first,
        corner,
        spread,
        tuple(corridor.name for corridor in corridors),
        ends,
        np.concatenate([np.zeros((0, 3)), *lines]),
    )


def _line(corridor: Corridor, frame: Frame) -> Floats:
    """(k, 3) corners of a corridor: east, north, half its width."""
    latitude, longitude = np.array(corridor.geometry, dtype=np.float64).reshape(-1, 2).T
    at = plane(frame, latitude, longitude)
    return np.column_stack([at, np.full(len(at), corridor.width_m / 2.0)])


def plane(frame: Frame, latitude_rad: Floats, longitude_rad: Floats) -> Floats:
    """(n, 2) east and north of the site's origin, metres along the ground."""
    length, bearing, _ = geodesic(frame.latitude_rad, frame.longitude_rad, latitude_rad, longitude_rad)
    return np.stack([length * np.sin(bearing), length * np.cos(bearing)], axis=-1)


def laid(frame: Frame, position_m: Floats, velocity_mps: Floats) -> tuple[Floats, Floats, Floats]:
    """Position (n, 2) and velocity (n, 2) in the plane, and height (n,), of states in the site's frame."""
    if frame.kind == "local":
        return position_m[:, :2].copy(), velocity_mps[:, :2].copy(), position_m[:, 2].copy()
    latitude, longitude, altitude = geodetic_from_ecef(position_m)
    here = plane(frame, latitude, longitude)
    ahead = geodetic_from_ecef(position_m + velocity_mps)  # where it is a second later: the plane turns with distance
    moved = plane(frame, ahead[0], ahead[1]) - here
    return here, moved, np.asarray(altitude)


def located(frame: Frame, at: Floats) -> Floats:
    """(n, 2) latitude and longitude, rad, of places (n, 2) in the plane; in a local frame the same places."""
    if frame.kind == "local":
        return at.copy()
    length, bearing = np.hypot(*at.T), np.arctan2(*at.T)
    latitude, longitude, _ = travel(frame.latitude_rad, frame.longitude_rad, bearing, length)
    return np.column_stack([latitude, longitude])


def level(frame: Frame, position_m: Floats) -> Floats:
    """(n, 2, 3) unit vectors east and north at each position, in the frame: to lay a covariance in the plane."""
    n = len(position_m)
    if frame.kind == "local":
        return np.tile(np.eye(3)[:2], (n, 1, 1))
    latitude, longitude, _ = geodetic_from_ecef(position_m)
    return np.stack([ecef_vector_from_enu(unit, latitude, longitude) for unit in np.eye(3)[:2]], axis=1)


def _middle(place: Place, frame: Frame) -> Floats:
    laid_out = _area(place)
    at = shapely.get_coordinates(shapely.centroid(laid_out.shape))
    latitude, longitude = laid_out.geodetic(at[:, 0], at[:, 1])
    return np.asarray(plane(frame, latitude, longitude)[0])


def _corners(place: Place, frame: Frame) -> Floats:
    laid_out = _area(place)
    if place.kind == "site":
        return np.zeros((0, 2))
    ring_m = place.ring_m if place.kind == "zone" else max(place.ring_m, LINE_M)
    shape = shapely.buffer(laid_out.shape, ring_m, quad_segs=QUARTER) if ring_m > 0.0 else laid_out.shape
    at = shapely.get_coordinates(shapely.get_exterior_ring(shape))
    latitude, longitude = laid_out.geodetic(at[:, 0], at[:, 1])
    return plane(frame, latitude, longitude)


def _area(place: Place) -> Area:
    return area(place.kind, place.geometry, place.ring_m)
