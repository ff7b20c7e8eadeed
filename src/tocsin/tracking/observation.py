"""Could something near a place have been seen? "seen clear", "partly seen" or "blind", from sensors that really look.

Twelve approaches to each place are watched by the sensors that could see a low flyer there: range, field of view,
4/3-earth horizon. A sensor counts while it is fresh and where its silence says something: ADS-B, people and other
"event" sources never make a place clear. Where every approach is watched the place is seen clear; where none is, blind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.geo.distance import geodesic, travel
from tocsin.geo.horizon import horizon_m
from tocsin.messages import Flags, Floats, PlaceHealth
from tocsin.settings import Place, Sensor

APPROACHES = 12  # one each 30 degrees
OUTSIDE_M = (
    10_000.0  # watched this far outside the ring: two minutes of a cruise missile's flight are 24 km, a drone's 6
)
TARGET_HEIGHT_M = 100.0  # low flyers are what arrives unseen
DETECTION_PROBABILITY_MIN = 0.5
TURN_RAD = 2.0 * np.pi


@dataclass(frozen=True, slots=True)
class Coverage:
    """`watched[p, a, s]`: sensor s could see a low flyer on approach a of place p. It follows from the site alone."""

    places: tuple[str, ...]
    sensors: tuple[str, ...]
    watched: Flags

    def observe(
        self, fresh: Mapping[str, bool], time_ns: int, before: Mapping[str, PlaceHealth]
    ) -> tuple[PlaceHealth, ...]:
        """How well each place is watched now; `since_ns` is kept while nothing changes."""
        looking = np.array([fresh.get(name, False) for name in self.sensors], dtype=np.bool_)
        approaches: Flags = np.any(self.watched & looking, axis=2)
        return tuple(
            _health(place, approaches[index], self._silent(index, looking), time_ns, before.get(place))
            for index, place in enumerate(self.places)
        )

    def _silent(self, place: int, looking: Flags) -> tuple[str, ...]:
        would = self.watched[place].any(axis=0)
        return tuple(
            name for name, watches, looks in zip(self.sensors, would, looking, strict=True) if watches and not looks
        )


def coverage(places: tuple[Place, ...], sensors: tuple[Sensor, ...]) -> Coverage:
    """Which sensor could see which approach of which place."""
    surveying = tuple(sensor for sensor in sensors if _surveys(sensor))
    watched = np.zeros((len(places), APPROACHES, len(surveying)), dtype=np.bool_)
    for p, place in enumerate(places):
        latitude, longitude = approaches(place)
        for s, sensor in enumerate(surveying):
            watched[p, :, s] = _sees(sensor, latitude, longitude)
    return Coverage(tuple(place.name for place in places), tuple(sensor.name for sensor in surveying), watched)


def approaches(place: Place) -> tuple[Floats, Floats]:
    """Latitude and longitude, radians, of APPROACHES points: around a site or zone, along a border."""
    corners = np.array(place.geometry)
    if place.kind == "border":
        along = np.linspace(0.0, len(corners) - 1.0, APPROACHES)
        whole = np.arange(len(corners))
        return np.interp(along, whole, corners[:, 0]), np.interp(along, whole, corners[:, 1])
    centre = corners[:-1].mean(axis=0) if len(corners) > 1 else corners[0]
    reach_m = geodesic(centre[0], centre[1], corners[:, 0], corners[:, 1])[0].max() + place.ring_m + OUTSIDE_M
    bearing = np.arange(APPROACHES) * TURN_RAD / APPROACHES
    latitude, longitude, _ = travel(centre[0], centre[1], bearing, reach_m)
    return latitude, longitude


def _surveys(sensor: Sensor) -> bool:
    silence_tells = sensor.reporting != "event"
    placed = np.isfinite(sensor.latitude_rad) and np.isfinite(sensor.longitude_rad)
    return bool(silence_tells and placed and sensor.detection_probability >= DETECTION_PROBABILITY_MIN)


def _sees(sensor: Sensor, latitude: Floats, longitude: Floats) -> Flags:
    distance, bearing, _ = geodesic(sensor.latitude_rad, sensor.longitude_rad, latitude, longitude)
    height_m = sensor.altitude_m if np.isfinite(sensor.altitude_m) else 0.0
    in_range = (distance >= sensor.min_range_m) & (distance <= sensor.max_range_m)
    above_horizon = distance <= horizon_m(height_m, TARGET_HEIGHT_M)
    if np.isnan(sensor.azimuth_from_rad):
        return np.asarray(in_range & above_horizon)
    width = (sensor.azimuth_to_rad - sensor.azimuth_from_rad) % TURN_RAD
    inside = (bearing - sensor.azimuth_from_rad) % TURN_RAD <= width
    return np.asarray(in_range & above_horizon & inside)


def _health(
    place: str, approaches: Flags, silent: tuple[str, ...], time_ns: int, before: PlaceHealth | None
) -> PlaceHealth:
    seen = int(approaches.sum())
    observation = "seen clear" if seen == APPROACHES else "partly seen" if seen else "blind"
    reason = f"{seen} of {APPROACHES} approaches watched for low flyers ({TARGET_HEIGHT_M:.0f} m)"
    if silent:
        reason += f"; silent: {', '.join(silent)}"
    since_ns = before.since_ns if before is not None and before.observation == observation else time_ns
    return PlaceHealth(place, observation, reason, since_ns)
