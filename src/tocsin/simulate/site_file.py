"""A scenario's sensors and places as rows, and as a site file: what a live system would have been told of them."""

import math
from datetime import UTC, datetime, timedelta

from tocsin.geo.units import DEGREE_RAD
from tocsin.settings import Place, Sensor, Settings

Row = dict[str, str | float | bool]


def heading(name: str) -> tuple[str, float]:
    """The column for a number of ours, and what it is divided by on the way out: angles are degrees in files."""
    return (f"{name[:-4]}_deg", DEGREE_RAD) if name.endswith("_rad") else (name, 1.0)


def sensor_rows(settings: Settings) -> list[Row]:
    """One [[sensor]] table of a site file for each sensor; what is not known is left out."""
    return [_sensor_row(sensor) for sensor in settings.sensors]


def place_rows(settings: Settings) -> list[Row]:
    """The places as a table, geometry as well-known text: longitude latitude, degrees."""
    return [
        {"place": row.pop("name"), **row, "geometry": _wkt(place)}
        for place, row in ((place, _place_row(place)) for place in settings.places)
    ]


def site_file(settings: Settings, terrain: tuple[str, int] | None = None) -> str:
    """A site file with the sensors and places of a scenario, the stations of networks included.

    `terrain`: the GeoTIFF that stands beside it, and how much coarser its heights are kept.
    """
    frame = settings.frame
    text = ["[site]", f"name = {_toml(settings.site)}", "", "[frame]", f"kind = {_toml(frame.kind)}"]
    text += [f"latitude_deg = {_toml(frame.latitude_rad / DEGREE_RAD)}"]
    text += [f"longitude_deg = {_toml(frame.longitude_rad / DEGREE_RAD)}"]
    text += [f"altitude_m = {_toml(frame.altitude_m)}"]
    if terrain is not None:
        text += ["", "[terrain]", f"geotiff = {_toml(terrain[0])}"]
        text += [f"coarser = {terrain[1]}"] if terrain[1] > 1 else []
    for sensor in settings.sensors:
        text += ["", "[[sensor]]", *(f"{key} = {_toml(value)}" for key, value in _sensor_row(sensor).items())]
        if sensor.sources:
            text.append(f"sources = [{', '.join(_toml(source) for source in sensor.sources)}]")
        if sensor.path:
            text += ["path = [", *(_waypoint(row, earth=frame.kind == "earth") for row in sensor.path), "]"]
    for place in settings.places:
        text += ["", "[[place]]", *(f"{key} = {_toml(value)}" for key, value in _place_row(place).items())]
        if place.kind == "site":
            text += [f"latitude_deg = {_toml(place.geometry[0][0] / DEGREE_RAD)}"]
            text += [f"longitude_deg = {_toml(place.geometry[0][1] / DEGREE_RAD)}"]
        else:
            pairs = (f"[{_toml(lat / DEGREE_RAD)}, {_toml(lon / DEGREE_RAD)}]" for lat, lon in place.geometry)
            text.append(f"points_deg = [{', '.join(pairs)}]")
    return "\n".join(text) + "\n"


def _sensor_row(sensor: Sensor) -> Row:
    row: Row = {}
    for name in sensor.__slots__:
        value = getattr(sensor, name)
        column, unit = heading(name)
        if isinstance(value, str | bool):
            row |= {name: value} if value else {}
        elif isinstance(value, int | float) and math.isfinite(value):
            row[column] = float(value) / unit
    for name, value in sensor.sigma.items():
        column, unit = heading(name)
        row[f"sigma_{column}"] = value / unit
    return row


def _waypoint(row: tuple[int, float, float, float], *, earth: bool) -> str:
    """One row of a path; TOML has microseconds."""
    time_ns, *place = row
    time = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)).isoformat()
    if earth:
        degrees = (place[0] / DEGREE_RAD, math.remainder(place[1] / DEGREE_RAD, 360.0))
        return f"  [{time}, {degrees[0]:.7f}, {degrees[1]:.7f}, {place[2]:.2f}],"
    return f"  [{time}, {', '.join(f'{number:.3f}' for number in place)}],"


def _place_row(place: Place) -> Row:
    row: Row = {"name": place.name, "kind": place.kind, "ring_m": place.ring_m, "action_time_s": place.action_time_s}
    words = (("title", place.title), ("parent", place.parent), ("scheme", place.scheme))
    return row | {name: word for name, word in words if word}


def _wkt(place: Place) -> str:
    pairs = ", ".join(f"{lon / DEGREE_RAD:.8f} {lat / DEGREE_RAD:.8f}" for lat, lon in place.geometry)
    return {"site": f"POINT ({pairs})", "zone": f"POLYGON (({pairs}))", "border": f"LINESTRING ({pairs})"}[place.kind]


def _toml(value: str | float | bool) -> str:
    """A value as TOML. Ten decimals of a degree are 10 micrometres."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "true" if value is True else repr(round(value, 10))
