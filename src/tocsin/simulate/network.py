"""Networks of listening stations: many microphones spread over an area, and what their centre reports.

`output` "direction": every station is a sensor of its own and reports bearings. "position": the centre puts bearings
together and reports coarse positions, as networks along a long front do; it is one sensor for the site.
"""

from dataclasses import dataclass
from math import log, log10

import numpy as np
import shapely

from tocsin.geo.areas import area
from tocsin.geo.terrain import Terrain
from tocsin.messages import Floats
from tocsin.settings import Sensor
from tocsin.simulate.chance import stream

Points = tuple[tuple[float, float], ...]  # (latitude, longitude), radians

ABSORPTION_DB_PER_M = 0.002
MARGIN_DB = 6.0  # above the noise: heard every second time
SLOPE_DB = 2.5  # how sharply the chance rises around that
WIND_NOISE_DB_PER_MPS = 1.2
ENGINE_DB = 82.0  # a small piston engine, 100 m away: what the declared reach is for
HEARD = 0.6  # the chance that is declared, and where it holds is computed
JITTER = 0.25  # of the spacing: stations stand where there is a pole, not on a grid


@dataclass(frozen=True, slots=True)
class Network:
    """Stations on a rough grid inside `area`, `altitude_m` above ground. Noise: in still air, decibels."""

    name: str
    output: str
    area: Points
    spacing_m: float
    altitude_m: float
    period_s: float
    max_range_m: float
    noise_db: float
    false_hz: float
    sigma_azimuth_rad: float
    sigma_elevation_rad: float
    sigma_position_m: float
    reporting: str
    delay_s: float


@dataclass(frozen=True, slots=True)
class Town:
    """An area whose noise is louder than the country's."""

    area: Points
    noise_db: float


def station_places(network: Network) -> tuple[Floats, Floats]:
    """Latitude and longitude of the stations, radians. They follow from the network alone, not from a night's seed."""
    if not network.area:
        return np.empty(0), np.empty(0)
    zone = area("zone", network.area)
    west, south, east, north = shapely.bounds(zone.shape)
    column = np.arange(west, east, network.spacing_m) + 0.5 * network.spacing_m
    row = np.arange(south, north, network.spacing_m) + 0.5 * network.spacing_m
    x, y = (axis.ravel() for axis in np.meshgrid(column, row))
    nudge = stream(0, network.name).uniform(-JITTER, JITTER, (2, len(x))) * network.spacing_m
    latitude, longitude = zone.geodetic(x + nudge[0], y + nudge[1])
    inside = zone.inside(latitude, longitude)
    return latitude[inside], longitude[inside]


def hearing_range_m(network: Network, wind_mps: float) -> float:
    """Where a station hears a small engine with chance HEARD, in m, at most the network's reach.

    Sound spreads and is absorbed, noise rises with the wind, as in `sensors.acoustic`; by bisection.
    """
    wanted = MARGIN_DB + SLOPE_DB * log(HEARD / (1.0 - HEARD)) + network.noise_db + WIND_NOISE_DB_PER_MPS * wind_mps
    near, far = 10.0, network.max_range_m
    for _ in range(40):
        middle = 0.5 * (near + far)
        level = ENGINE_DB - 20.0 * log10(middle / 100.0) - ABSORPTION_DB_PER_M * middle
        near, far = (middle, far) if level > wanted else (near, middle)
    return near


def stations(network: Network, sound_mps: float, wind_mps: float, terrain: Terrain | None) -> tuple[Sensor, ...]:
    """The sensors that the site sees: one for each station, or the centre alone.

    A station that says when it heard nothing declares how far it hears a small engine: beyond, silence says little.
    """
    latitude, longitude = station_places(network)
    ground_m = np.zeros(len(latitude)) if terrain is None else terrain.height_m(latitude, longitude)
    if not len(latitude):
        return ()
    if network.output == "position":
        return (_centre(network),)
    digits = len(str(len(latitude)))
    reference_m = hearing_range_m(network, wind_mps) if network.reporting == "dwell" else 0.0
    return tuple(
        Sensor(
            name=f"{network.name} {number:0{digits}d}",
            kind="direction",
            latitude_rad=float(lat),
            longitude_rad=float(lon),
            altitude_m=float(height) + network.altitude_m,
            sigma={"azimuth_rad": network.sigma_azimuth_rad, "elevation_rad": network.sigma_elevation_rad},
            detection_probability=HEARD,
            clutter_per_scan=network.false_hz * network.period_s,
            max_range_m=network.max_range_m,
            period_s=network.period_s,
            propagation_mps=sound_mps,
            reporting=network.reporting,
            reference_range_m=reference_m,
        )
        for number, (lat, lon, height) in enumerate(zip(latitude, longitude, ground_m, strict=True), start=1)
    )


def _centre(network: Network) -> Sensor:
    """The one sensor that a network with a centre is to the site."""
    zone = area("zone", network.area)
    corners = np.asarray(network.area)
    reach_m = float(np.hypot(*zone.plane(corners[:, 0], corners[:, 1])).max()) + network.max_range_m
    return Sensor(
        name=network.name,
        kind="position",
        latitude_rad=zone.latitude_rad,
        longitude_rad=zone.longitude_rad,
        altitude_m=network.altitude_m,
        sigma={"east_m": network.sigma_position_m, "north_m": network.sigma_position_m},
        detection_probability=0.5,
        clutter_per_scan=network.false_hz * network.period_s,
        max_range_m=reach_m,
        period_s=network.period_s,
        reporting="event",
    )
