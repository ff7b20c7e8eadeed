"""The messages of the map beside the picture: the site, the health, the notices. Degrees, metres, seconds UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import degrees, isnan

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Health, Notice, PlaceHealth
from tocsin.server.station import Figures, Station
from tocsin.settings import Place, Sensor


def static(station: Station, sensors: tuple[str, ...], classes: tuple[str, ...]) -> Mapping[str, object]:
    """The map of the static message. `sensors` and `classes` are what the newest picture's columns index."""
    frame = station.frame
    return {
        "kind": "static",
        "title": station.title,
        "mode": station.mode,
        "scene": station.scenes.now if station.scenes else "",
        "zone": station.timezone,
        "frame": frame.kind,
        "map": bool(station.map_file),
        "relief": station.settings.ground is not None,
        "origin": {"lon": degrees(frame.longitude_rad), "lat": degrees(frame.latitude_rad)},
        "classes": classes,
        "sensor_names": sensors,
        "sensors": [_sensor(sensor) for sensor in station.settings.sensors],
        "places": [_place(place) for place in station.settings.places],
        "lines": [{"name": line.name, "kind": line.kind, "geometry": line.geometry} for line in station.lines],
    }


def _sensor(sensor: Sensor) -> Mapping[str, object]:
    angles = {
        "lon": sensor.longitude_rad,
        "lat": sensor.latitude_rad,
        "azimuth_from": sensor.azimuth_from_rad,
        "azimuth_to": sensor.azimuth_to_rad,
    }
    numbers = {name: None if isnan(value) else degrees(value) for name, value in angles.items()}
    return numbers | {
        "name": sensor.name,
        "kind": sensor.kind,
        "alt": None if isnan(sensor.altitude_m) else sensor.altitude_m,
        "min_range_m": sensor.min_range_m,
        "max_range_m": sensor.max_range_m,
        "period_s": sensor.period_s,
    }


def _place(place: Place) -> Mapping[str, object]:
    return {
        "name": place.name,
        "title": place.title or place.name,
        "kind": place.kind,
        "geometry": [(degrees(longitude), degrees(latitude)) for latitude, longitude in place.geometry],
        "ring_m": place.ring_m,
        "parent": place.parent,
        "action_time_s": place.action_time_s,
        "actions": [{"name": name, "time_s": time_s} for name, time_s in place.actions],
    }


def health(time_ns: int, seen: Health | None, figures: Figures, alerts: Sequence[Alert] = ()) -> Mapping[str, object]:
    """The health message: the sky's from the newest tick (None before the first), the process's from now."""
    stages = {alert.place: alert for alert in alerts}
    text, done, total = figures.starting
    process: dict[str, object] = {
        "kind": "health",
        "time": time_ns / SECOND_NS,
        "starting": {"text": text, "done": done, "of": total},
        "troubles": figures.troubles,
        "latency": figures.latency,
        "transport": dict(figures.counters) | dict(figures.gauges),
    }
    if seen is None:
        return process | {"sensors": [], "places": [], "refusals": {}, "counters": {}}
    return process | {
        "time": seen.time_ns / SECOND_NS,
        "sensors": [asdict(sensor) | {"last": sensor.last_ns / SECOND_NS} for sensor in seen.sensors],
        "places": [_stood(place, stages.get(place.place)) for place in seen.places],
        "refusals": dict(seen.refusals),
        "counters": dict(seen.counters),
    }


def _stood(place: PlaceHealth, alert: Alert | None) -> Mapping[str, object]:
    seen: dict[str, object] = asdict(place) | {"since": place.since_ns / SECOND_NS}
    return seen if alert is None else {**seen, **_stage(alert)}


def _stage(alert: Alert) -> Mapping[str, object]:
    """How a place stands: its stage, and which tracks may enter when (seconds from the health's time)."""
    return {
        "stage": alert.stage,
        "stage_since": alert.since_ns / SECOND_NS,
        "event": alert.event,
        "rule": alert.rule,
        "lane": alert.lane,
        "chance": alert.chance,
        "arrival": _known(alert.arrival_s),
        "reasons": [
            {
                "track": one.track,
                "kind": one.kind,
                "danger": one.danger,
                "arrival": _known(one.arrival_s),
                "held": one.held,
            }
            for one in alert.reasons
        ],
    }


def _known(arrival_s: tuple[float, float, float]) -> list[float] | None:
    return None if isnan(arrival_s[1]) else [round(one, 1) for one in arrival_s]


def notices(said: Sequence[Notice]) -> Mapping[str, object]:
    """Decisions, in order."""
    rows = [
        {"time": one.time_ns / SECOND_NS, "what": one.kind, "subject": one.subject, "text": one.text} for one in said
    ]
    return {"kind": "notice", "notices": rows}
