"""A site for a recording that came without one: what its own bytes say of its sensors, and assumed sigmas.

A radar says where it stands in CAT034 I034/120. One that does not say cannot be placed: its plots are refused in the
picture with that reason, and the remedy is a site file. Everything assumed here is said in the sensor's health.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import radians

import numpy as np

from tocsin.messages import Flags, Floats, Scan, SensorStatus
from tocsin.settings import Frame, Sensor, Settings
from tocsin.site import Site

# Middling values of what is in service; a site file knows better.
RADAR_SIGMA = {"range_m": 70.0, "azimuth_rad": radians(0.08), "elevation_rad": radians(0.5), "range_rate_mps": 5.0}
POSITION_SIGMA = {"east_m": 30.0, "north_m": 30.0, "up_m": 30.0, "pressure_altitude_m": 30.0}
VELOCITY_SIGMA = {"velocity_east_mps": 3.0, "velocity_north_mps": 3.0, "velocity_up_mps": 3.0}
TRACK_SIGMA = {"east_m": 100.0, "north_m": 100.0, "up_m": 100.0, "pressure_altitude_m": 60.0}


@dataclass(slots=True)
class _Source:
    """What was seen of one source."""

    name: str
    columns: set[str] = field(default_factory=set)
    tracks: bool = False
    status: SensorStatus | None = None
    latitude_rad: list[float] = field(default_factory=list)
    longitude_rad: list[float] = field(default_factory=list)


def guess(scans: Iterable[Scan], name: str) -> Site:
    """The site that a recording's scans describe."""
    sources: dict[str, _Source] = {}
    for scan in scans:
        _note(scan, sources)
    sensors = tuple(sensor for source in sources.values() if (sensor := _sensor(source)) is not None)
    latitude = [value for source in sources.values() for value in source.latitude_rad]
    longitude = [value for source in sources.values() for value in source.longitude_rad]
    frame = Frame()
    if latitude:
        frame = replace(frame, latitude_rad=float(np.median(latitude)), longitude_rad=float(np.median(longitude)))
    if any("east_m" in source.columns for source in sources.values()) and not latitude:
        frame = Frame(kind="local")
    return Site(settings=Settings(site=name, frame=frame, sensors=sensors), title=name)


def _note(scan: Scan, sources: dict[str, _Source]) -> None:
    detections = scan.detections
    of_row = scan.sweeps.sensor[detections.sweep] if len(detections) else np.zeros(0, np.int32)
    for index, name in enumerate(scan.sensors):
        source = sources.setdefault(name, _Source(name))
        rows = of_row == index
        if not rows.any():
            continue
        source.columns |= {column for column, values in detections.values.items() if np.isfinite(values[rows]).any()}
        source.tracks |= _any_text(detections.texts, "source_track", rows)
        if "latitude_rad" in source.columns:
            source.latitude_rad.append(_median(detections.values["latitude_rad"][rows]))
            source.longitude_rad.append(_median(detections.values["longitude_rad"][rows]))
    for status in scan.statuses:
        source = sources.setdefault(status.sensor, _Source(status.sensor))
        source.status = _merged(source.status, status)


def _merged(before: SensorStatus | None, now: SensorStatus) -> SensorStatus:
    if before is None:
        return now
    return replace(
        now,
        period_s=now.period_s or before.period_s,
        latitude_rad=before.latitude_rad if now.latitude_rad is None else now.latitude_rad,
        longitude_rad=before.longitude_rad if now.longitude_rad is None else now.longitude_rad,
        altitude_m=before.altitude_m if now.altitude_m is None else now.altitude_m,
    )


def _median(values: Floats) -> float:
    return float(np.nanmedian(values))


def _any_text(texts: Mapping[str, tuple[str | None, ...]], name: str, rows: Flags) -> bool:
    return any(text is not None for text, wanted in zip(texts.get(name, ()), rows, strict=False) if wanted)


def _sensor(source: _Source) -> Sensor | None:
    period_s = source.status.period_s if source.status and source.status.period_s else 4.0
    if "range_m" in source.columns:
        return _radar(source, period_s)
    if "latitude_rad" not in source.columns and "east_m" not in source.columns:
        return None
    if source.tracks:
        return Sensor(source.name, "track", sigma=TRACK_SIGMA | VELOCITY_SIGMA, period_s=period_s, reporting="event")
    return Sensor(source.name, "position", sigma=POSITION_SIGMA | VELOCITY_SIGMA, period_s=1.0, reporting="event")


def _radar(source: _Source, period_s: float) -> Sensor | None:
    status = source.status
    if status is None or status.latitude_rad is None or status.longitude_rad is None:
        return None
    source.latitude_rad.append(status.latitude_rad)
    source.longitude_rad.append(status.longitude_rad)
    return Sensor(
        source.name,
        "radar",
        sigma=RADAR_SIGMA,
        latitude_rad=status.latitude_rad,
        longitude_rad=status.longitude_rad,
        altitude_m=status.altitude_m or 0.0,
        period_s=period_s,
        max_range_m=470_000.0,
        clutter_per_scan=20.0,
    )
