"""The chart of who sees at a height, and the way of a request through it: slow, so in a thread."""

from collections.abc import Collection
from dataclasses import replace
from math import degrees, radians

import msgspec
import numpy as np

from tocsin.messages import Floats
from tocsin.models.ground import unpack
from tocsin.settings import Sensor, Settings
from tocsin.tracking.unseen.heights import seers
from tocsin.tracking.unseen.sight import surveys

CELLS = 160  # of the longer side: a cell is some pixels wide on a screen
MARGIN = 0.05
REACH_MAX_M = 400_000.0
METRES_PER_DEGREE = 111_195.0


def chart(settings: Settings, silent: Collection[str], height_m: float) -> bytes:
    """The msgpack map of /api/coverage: how many sensors that are not silent see at `height_m` above the ground.

    `west`, `south`, `east`, `north` in degrees; `across`, `down` cells; `seen`: a byte for each, from the north-west
    corner eastwards.
    """
    sensors = tuple(sensor for sensor in settings.sensors if surveys(sensor) and sensor.name not in silent)
    west, south, east, north = _box(settings)
    across = CELLS
    down = max(
        8, min(CELLS, round(CELLS * (north - south) / max((east - west) * np.cos(radians((north + south) / 2)), 1e-9)))
    )
    longitude = west + (np.arange(across) + 0.5) * (east - west) / across
    latitude = _rows(south, north, down)
    at = np.meshgrid(np.radians(longitude), np.radians(latitude))
    seen = seers(sensors, at[1], at[0], height_m, unpack(settings.ground))
    known = {"west": west, "south": south, "east": east, "north": north, "across": across, "down": down}
    return msgspec.msgpack.encode({**known, "height": height_m, "sensors": len(sensors), "seen": seen.tobytes()})


def _rows(south: float, north: float, down: int) -> Floats:
    """Latitudes of the rows, from the north: even on a Mercator map, where the chart is drawn as a picture."""
    top, bottom = (np.log(np.tan(np.pi / 4 + np.radians(edge) / 2)) for edge in (north, south))
    y = top + (np.arange(down) + 0.5) * (bottom - top) / down
    return np.asarray(np.degrees(2 * np.arctan(np.exp(y)) - np.pi / 2))


def _box(settings: Settings) -> tuple[float, float, float, float]:
    """What holds every place with its ring, and every sensor with its range."""
    points = [(degrees(settings.frame.latitude_rad), degrees(settings.frame.longitude_rad), 20_000.0)]
    for place in settings.places:
        points += [(degrees(latitude), degrees(longitude), place.ring_m) for latitude, longitude in place.geometry]
    for sensor in map(_bounded, settings.sensors):
        if surveys(sensor):
            points.append((degrees(sensor.latitude_rad), degrees(sensor.longitude_rad), sensor.max_range_m))
    latitude, longitude, reach_m = (np.array(column) for column in zip(*points, strict=True))
    high = (1 + MARGIN) * reach_m / METRES_PER_DEGREE
    wide = high / np.maximum(np.cos(np.radians(latitude)), 0.1)
    south, north = max(float((latitude - high).min()), -84.0), min(float((latitude + high).max()), 84.0)
    return float((longitude - wide).min()), south, float((longitude + wide).max()), north


def _bounded(sensor: Sensor) -> Sensor:
    return replace(sensor, max_range_m=min(sensor.max_range_m, REACH_MAX_M))
