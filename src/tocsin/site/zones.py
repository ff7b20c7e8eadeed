"""Zone schemes: versions of the same country's zones, as GeoJSON beside the site file, and who follows which.

The zones of the current scheme are places. Those of older ones are kept for who subscribed by them: what they named is
found again in the current zones by where it lies, with every zone that shares ground with it. Nobody is dropped by a
new scheme; whoever now gets more than they asked for, or less, is told so.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import radians
from pathlib import Path
from typing import Any

import shapely

from tocsin.errors import SiteError
from tocsin.geo.areas import Area, area
from tocsin.settings import Place

POINTS_MAX = 5_000  # of one outline: more make a CAP message that gateways refuse
KM2_MAX = 1_000_000.0  # the largest country of Europe but one has 604,000: larger is a mistake in the file
SLIVER_M2 = 1.0  # neighbours whose borders were drawn twice overlap by slivers: less than this is touching
GAP = 0.01  # of a zone that lies in no zone of the new scheme: above it, it is said


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of the zones."""

    name: str
    current: bool
    zones: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What a subscriber gets now: names of places, and what must be said of it."""

    places: tuple[str, ...]
    said: tuple[str, ...] = ()


def scheme(path: Path, name: str, *, current: bool, sha256: str = "") -> Scheme:
    """The zones of a GeoJSON FeatureCollection (RFC 7946). Properties: name, and title, parent, ring_m, action_time_s.

    A MultiPolygon becomes a zone for each part, "name/1" and so on. Raises SiteError with every zone that is none, and
    where the file is not the one whose digest is given: zones that changed under an old name are another scheme.
    """
    try:
        body = path.read_bytes()
        content = json.loads(body.decode())
        features = content["features"]
        assert isinstance(features, list)  # noqa: S101  told below, with all else that is no FeatureCollection
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AssertionError) as error:
        message = f"{path}: no GeoJSON FeatureCollection ({error}); give the zones of scheme {name!r} as one (RFC 7946)"
        raise SiteError(message) from error
    if sha256 and sha256 != hashlib.sha256(body).hexdigest():
        message = (
            f"{path} was changed: it is not the file with sha256 {sha256}; give changed zones a scheme of their own"
        )
        raise SiteError(message)
    zones: list[Place] = []
    faults: list[str] = []
    for number, feature in enumerate(features, start=1):
        try:
            zones += _zones(feature, name)
        except SiteError as error:
            faults.append(f"{path}: feature {number}: {error}")
    seen: set[str] = set()
    for zone in zones:
        if zone.name in seen:
            faults.append(f"{path}: zone {zone.name!r} is there twice; give each its own name")
        seen.add(zone.name)
    if not features:
        faults.append(f"{path}: no zone in it: a scheme without zones would leave everybody without warning")
    if faults:
        raise SiteError("\n".join(faults))
    return Scheme(name, current, tuple(zones))


def _zones(feature: Any, scheme_name: str) -> list[Place]:  # noqa: ANN401  it is JSON from outside
    try:
        about, kind = dict(feature["properties"] or {}), feature["geometry"]["type"]
        parts = {"Polygon": lambda c: [c], "MultiPolygon": list}[kind](feature["geometry"]["coordinates"])
    except (KeyError, TypeError, ValueError) as error:
        raise SiteError(f"not a Feature with a Polygon or MultiPolygon ({error!r}); a zone has an outline") from error
    name = about.get("name")
    if not isinstance(name, str) or not name.strip():
        raise SiteError("the zone has no name; give it properties.name, by which people subscribe to it")
    if not parts:
        raise SiteError(f"zone {name!r} has no outline; an empty one would warn nobody")
    rings = [_outline(part, name) for part in parts]
    names = [name] if len(rings) == 1 else [f"{name}/{k}" for k in range(1, len(rings) + 1)]
    return [
        Place(
            one,
            "zone",
            ring,
            ring_m=_number(about, "ring_m", name),
            action_time_s=_number(about, "action_time_s", name),
            parent=str(about.get("parent") or ""),
            scheme=scheme_name,
            title=str(about.get("title") or name),
        )
        for one, ring in zip(names, rings, strict=True)
    ]


def _number(about: Mapping[str, Any], key: str, name: str) -> float:
    value = about.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value < float("inf"):
        raise SiteError(f"zone {name!r} has {key} = {value!r}; write a number of at least 0, or leave it out")
    return float(value)


def _outline(part: Any, name: str) -> tuple[tuple[float, float], ...]:  # noqa: ANN401  it is JSON from outside
    """One closed ring of (latitude_rad, longitude_rad)."""
    if not isinstance(part, Sequence) or not part:
        raise SiteError(f"zone {name!r} has an empty outline; an empty one would warn nobody")
    if len(part) > 1:
        raise SiteError(f"zone {name!r} has a hole, which CAP cannot say; split it into zones without holes")
    try:
        points = [(float(latitude), float(longitude)) for longitude, latitude, *_ in part[0]]
    except (TypeError, ValueError) as error:
        raise SiteError(f"zone {name!r}: a corner is no [longitude, latitude] ({error})") from error
    return checked_outline(points, name)


def checked_outline(points_deg: Sequence[tuple[float, float]], name: str) -> tuple[tuple[float, float], ...]:
    """A closed ring of (latitude_rad, longitude_rad) from corners in degrees. Raises SiteError where it is none."""
    if len(points_deg) > POINTS_MAX:
        raise SiteError(f"zone {name!r} has {len(points_deg)} corners; at most {POINTS_MAX}: simplify its outline")
    for latitude, longitude in points_deg:
        if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
            where = f"({latitude:g}, {longitude:g})"
            raise SiteError(f"zone {name!r} has a corner at {where}; degrees, longitude first in GeoJSON")
    closed = [*points_deg, points_deg[0]] if points_deg and points_deg[0] != points_deg[-1] else list(points_deg)
    ring = tuple((radians(latitude), radians(longitude)) for latitude, longitude in closed)
    try:
        laid = area("zone", ring)
    except SiteError as error:
        raise SiteError(f"zone {name!r}: {error}") from error
    km2 = shapely.area(laid.shape) / 1e6
    if km2 > KM2_MAX:
        raise SiteError(f"zone {name!r} has {km2:,.0f} km2; at most {KM2_MAX:,.0f}: are its corners right?")
    return ring


def follow(names: Iterable[str], of: str, schemes: Sequence[Scheme], places: Sequence[Place]) -> Followed:
    """The places that a subscriber to `names` gets now. `of`: the scheme that they were named by; "": the current one.

    A place brings all that has it as a parent, however deep. Raises SiteError for a name that no scheme knows: who
    subscribed to it would silently get nothing.
    """
    wanted: dict[str, None] = {}
    said: list[str] = []
    for name in names:
        if found := _now(name, of, schemes, places):
            wanted |= dict.fromkeys(found)
            continue
        known = [one for one in schemes if not one.current and of in ("", one.name)]
        old = next((zones for one in reversed(known) if (zones := _named(name, one.zones))), [])
        if not old:
            raise SiteError(
                f"{name!r} is no place here and no zone of any scheme ({', '.join(one.name for one in schemes)}); keep "
                "the old scheme's file in the site file, so that who subscribed by it is found again"
            )
        for zone in old:
            found, line = _again(zone, [place for place in places if place.kind == "zone" and place.scheme])
            wanted |= dict.fromkeys(found)
            said.append(line)
    return Followed(tuple(wanted), tuple(said))


def _now(name: str, of: str, schemes: Sequence[Scheme], places: Sequence[Place]) -> list[str]:
    """What the name means today; nothing where it was said by an older scheme. Sites and borders belong to none."""
    current = {"", *(one.name for one in schemes if one.current)}
    return [place.name for place in _named(name, places) if of in current or not place.scheme]


def _named(name: str, places: Sequence[Place]) -> list[Place]:
    """The place itself or its parts, and all below it."""
    found: dict[str, Place] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop(0)
        below = [place for place in places if one in (place.name, place.parent, whole(place))]
        waiting += [place.name for place in below if place.name not in found]
        found |= {place.name: place for place in below}
    return list(found.values())


def whole(place: Place) -> str:
    """The zone that this is a part of; "" where it is one by itself."""
    return place.name.rpartition("/")[0] if place.scheme else ""


def _again(zone: Place, places: Sequence[Place]) -> tuple[list[str], str]:
    """The current zones that share ground with an old one, and what to say of it."""
    laid = area("zone", zone.geometry)
    shapes = {place.name: _shape(place, laid) for place in places}
    shared = {name: shapely.area(shapely.intersection(laid.shape, shape)) for name, shape in shapes.items()}
    found = [name for name, m2 in shared.items() if m2 > SLIVER_M2]
    if not found:
        raise SiteError(
            f"zone {zone.name!r} of scheme {zone.scheme!r} lies in no zone of the current scheme: who subscribed to it "
            "would get nothing; add the zones that it lies in, or subscribe them to other places"
        )
    whole = shapely.union_all([shapes[name] for name in found])
    more = shapely.area(whole) / shapely.area(laid.shape) - 1.0
    less = 1.0 - shapely.area(shapely.intersection(whole, laid.shape)) / shapely.area(laid.shape)
    line = f"zone {zone.name!r} of scheme {zone.scheme!r} is now {', '.join(found)}: {max(more, 0.0):.0%} more ground"
    if less > GAP:
        line += f", and {less:.0%} of it lies in no zone of the current scheme"
    return found, line


def _shape(place: Place, laid: Area) -> shapely.Geometry:
    """A zone in another one's plane."""
    latitude, longitude = zip(*place.geometry, strict=True)
    east, north = laid.plane(latitude, longitude)
    return shapely.make_valid(shapely.Polygon(list(zip(east.tolist(), north.tolist(), strict=True))))
