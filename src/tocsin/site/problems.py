"""What the tables alone cannot see: doubled names, missing places, outlines that cross themselves."""

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise
from zoneinfo import available_timezones

from shapely import LinearRing, is_valid_reason
from shapely.geometry import Polygon

from tocsin.site.lines import Lines
from tocsin.site.tables import FeedTable, LaunchTable, Named, PlaceTable, Point, SensorTable, SiteFile

BORDER_POINTS_MIN = 2
ZONE_POINTS_MIN = 3
MINUTE_TARGET = "minute target"  # what the test of the whole way flies at: nothing of a site may be called so
DEGREES_NORTH, DEGREES_EAST = 90.0, 180.0


def problems(file: SiteFile, lines: Lines) -> list[str]:
    """Every problem of a file that parses, each with its line; nothing when it is right."""
    found: list[str] = []
    kinds: tuple[tuple[str, Sequence[Named]], ...] = (
        ("sensor", file.sensor),
        ("place", file.place),
        ("feed", file.feed),
        ("scheme", file.scheme),
        ("channel", file.channel),
        ("launch", file.launch),
    )
    for kind, tables in kinds:
        seen: dict[str, int] = {}
        for index, table in enumerate(tables):
            where = lines.at((kind, index, "name"))
            if MINUTE_TARGET in table.name.casefold():
                found.append(f"{where}: the name {table.name!r} is kept for the system's test of itself; take another")
            if table.name in seen:
                found.append(f"{where}: {kind} {table.name!r} is there twice; give each {kind} a name of its own")
            seen[table.name] = index
    for index, sensor in enumerate(file.sensor):
        found += _sensor_problems(sensor, file.frame.kind, lines.at(("sensor", index)))
    parents = {place.name for place in file.place}
    if file.scheme:  # zones may be parents, too: their files are read later
        parents |= {place.parent for place in file.place}
        if sum(table.current for table in file.scheme) != 1:
            where = lines.at(("scheme", 0))
            found.append(f"{where}: {len(file.scheme)} schemes of zones; write current = true for the one that counts")
    for index, place in enumerate(file.place):
        found += _place_problems(place, lines.at(("place", index)), parents)
    for index, launch in enumerate(file.launch):
        found += _launch_problems(launch, file.frame.kind, lines.at(("launch", index)))
    for index, feed in enumerate(file.feed):
        found += _feed_problems(feed, lines.at(("feed", index)))
    return found + _setting_problems(file, lines)


def _setting_problems(file: SiteFile, lines: Lines) -> list[str]:
    found: list[str] = []
    zones = available_timezones()  # empty where the system has no table of them
    if zones and file.site.timezone not in zones:
        where = lines.at(("site", "timezone"))
        near = get_close_matches(file.site.timezone, zones, 1)
        advice = f"write timezone = {near[0]!r}" if near else 'write one such as "Europe/Riga", or leave it out for UTC'
        found.append(f"{where}: timezone = {file.site.timezone!r} is not known; {advice}")
    if file.tracking.release_existence >= file.tracking.confirm_existence:
        where = lines.at(("tracking", "release_existence"))
        found.append(f"{where}: release_existence must be below confirm_existence, or tracks flicker")
    return found


def _sensor_problems(sensor: SensorTable, frame: str, where: str) -> list[str]:
    found: list[str] = []
    if sensor.moves and frame != "earth":
        found.append(f"{where}: sensor {sensor.name!r} moves in a local frame, where nothing can tell; write its path")
    if sensor.moves and not sensor.path and (sensor.latitude_deg is None or sensor.longitude_deg is None):
        found.append(f"{where}: sensor {sensor.name!r} has no place to begin at; write latitude_deg and longitude_deg")
    elif sensor.path:
        found += _path_problems(sensor, frame, where)
    elif sensor.kind in ("radar", "direction"):
        if frame == "earth" and (sensor.latitude_deg is None or sensor.longitude_deg is None):
            advice = "write latitude_deg = ..., longitude_deg = ..., altitude_m = ..."
            found.append(f"{where}: sensor {sensor.name!r} has no place; {advice}")
        if frame == "local" and (sensor.east_m is None or sensor.north_m is None):
            found.append(f"{where}: sensor {sensor.name!r} has no place; write east_m = ... and north_m = ...")
    needed = {"radar": ("sigma_range_m", "sigma_azimuth_deg"), "direction": ("sigma_azimuth_deg",)}.get(sensor.kind, ())
    found.extend(
        f"{where}: {sensor.kind} {sensor.name!r} has no {key}; write {key} = its standard deviation"
        for key in needed
        if getattr(sensor, key) is None
    )
    if (sensor.azimuth_from_deg is None) != (sensor.azimuth_to_deg is None):
        found.append(
            f"{where}: sensor {sensor.name!r} has half a field of view; write azimuth_from_deg and azimuth_to_deg"
        )
    if sensor.max_range_m is not None and sensor.max_range_m <= sensor.min_range_m:
        found.append(
            f"{where}: sensor {sensor.name!r} has max_range_m <= min_range_m; the far limit must be the larger"
        )
    return found


def _path_problems(sensor: SensorTable, frame: str, where: str) -> list[str]:
    found: list[str] = []
    who = f"{where}: sensor {sensor.name!r}"
    if sensor.kind == "report":
        found.append(f"{who} is a person's report and has a path; each report may carry its own place instead")
    for row, (before, after) in enumerate(pairwise(sensor.path), start=2):
        if after[0] <= before[0]:
            found.append(f"{who} has a path whose row {row} is at {after[0]}, not after row {row - 1}; sort it by time")
            break
    for number, (_, latitude, longitude, _) in enumerate(sensor.path, start=1):
        if frame == "earth" and not (abs(latitude) <= DEGREES_NORTH and abs(longitude) <= DEGREES_EAST):
            place = f"({latitude:g}, {longitude:g})"
            found.append(
                f"{who} has a path whose row {number} is at {place}; write [time, degrees north, east, metres]"
            )
            break
    return found


def _place_problems(place: PlaceTable, where: str, parents: set[str]) -> list[str]:
    name = f"{where}: {place.kind} {place.name!r}"
    found = []
    if place.parent and place.parent not in parents:
        found.append(
            f"{name} has parent {place.parent!r}, which is no place here; name a place of this file or leave it out"
        )
    if place.kind == "site":
        if place.latitude_deg is None or place.longitude_deg is None:
            found.append(f"{name} has no point; write latitude_deg = ... and longitude_deg = ...")
        if not place.ring_m:
            found.append(f"{name} has no ring; write ring_m = the distance in metres inside which it is in danger")
        return found
    needed = ZONE_POINTS_MIN if place.kind == "zone" else BORDER_POINTS_MIN
    return found + _outline_problems(place.points_deg, name, needed)


def _launch_problems(launch: LaunchTable, frame: str, where: str) -> list[str]:
    name = f"{where}: launch region {launch.name!r}"
    if frame != "earth":
        return [f"{name} has degrees, and the frame is local; leave it out"]
    return _outline_problems(launch.points_deg, name, ZONE_POINTS_MIN)


def _outline_problems(points_deg: Sequence[Point], name: str, needed: int) -> list[str]:
    """Of an outline that needs so many different corners; only one of three or more encloses anything."""
    distinct = len(set(points_deg))
    if distinct < needed:
        return [f"{name} has {distinct} different points; points_deg = [[latitude, longitude], ...] needs {needed}"]
    if needed == ZONE_POINTS_MIN:
        polygon = Polygon([(longitude, latitude) for latitude, longitude in points_deg])
        if not LinearRing(polygon.exterior).is_simple or not polygon.is_valid:
            return [f"{name} crosses itself ({is_valid_reason(polygon)}); give its corners in order, once around"]
    return []


def _feed_problems(feed: FeedTable, where: str) -> list[str]:
    found = []
    if feed.transport in ("udp", "tcp-client", "tcp-server") and feed.port is None:
        found.append(f"{where}: feed {feed.name!r} comes by {feed.transport} and has no port; write port = ...")
    if feed.transport in ("file", "directory") and not feed.path:
        found.append(f"{where}: feed {feed.name!r} comes from a {feed.transport} and has no path; write path = ...")
    return found
