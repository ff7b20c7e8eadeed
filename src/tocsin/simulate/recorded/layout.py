"""A night around recorded flights: radars and receivers where they fly, and virtual places between them.

Nothing stands there in truth. The grid only asks, at many places at once, how often somebody would have been alarmed by
traffic that really was.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.geo.units import DEGREE_RAD, TURN_RAD
from tocsin.messages import Floats
from tocsin.settings import Frame, Place, Sensor, Settings
from tocsin.simulate.recorded.flights import Flown
from tocsin.simulate.scenario import RadarSensing, ReceiverSensing, Scenario, Sensing

WEEK_S = 7 * 86_400.0
EVERY_S = 60  # knots that are looked at to find where the traffic is
CELL_RAD = 0.25 * DEGREE_RAD
RADAR_M, SEES_M, MAST_M = 120_000.0, 90_000.0, 30.0
SUNFLOWER = np.pi * (
    3.0 - np.sqrt(5.0)
)  # the angle that spreads points evenly over a disc (Vogel, Math. Biosci. 44, 1979)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is put around the flights. `place_weeks` decides how many places there are, at most `places_max`."""

    radars: int = 6
    place_weeks: float = 100.0
    places_max: int = 4_000
    ring_m: float = 5_000.0
    receivers: bool = True


def half_real(flown: Flown, layout: Layout, seed: int) -> Scenario:
    """The night. Raises InputError where no flight is left to look at."""
    if not flown.flights:
        reasons = ", ".join(f"{count} x {why}" for why, count in flown.left_out.items()) or "it holds no position"
        raise InputError(f"no flight could be made of this recording: {reasons}")
    centres = _busiest(flown, layout.radars)
    sensors: list[Sensor] = []
    sensing: dict[str, Sensing] = {}
    for number, (latitude, longitude) in enumerate(centres, 1):
        sensors.append(_radar(f"radar {number}", latitude, longitude))
        sensing[f"radar {number}"] = RadarSensing(f"radar {number}", range_1m2_m=70_000.0)
        if layout.receivers:
            sensors.append(_receiver(f"receiver {number}", latitude, longitude))
            sensing[f"receiver {number}"] = ReceiverSensing(f"receiver {number}")
    wanted = int(np.ceil(layout.place_weeks * WEEK_S / flown.duration_s))
    places = _places(centres, min(wanted, layout.places_max), layout.ring_m)
    frame = Frame(latitude_rad=centres[0][0], longitude_rad=centres[0][1])
    return Scenario(
        name="half-real",
        story="Flights that really were, seen by sensors that never were, over places that nobody protects.",
        start_ns=flown.start_ns,
        duration_s=flown.duration_s,
        seed=seed,
        truth_every_s=1.0,
        settings=Settings(site="half-real", frame=frame, sensors=tuple(sensors), places=places),
        sensing=sensing,
        recorded=flown.flights,
    )


def place_weeks(scenario: Scenario) -> float:
    """Places times weeks."""
    return len(scenario.settings.places) * scenario.duration_s / WEEK_S


def _busiest(flown: Flown, count: int) -> list[tuple[float, float]]:
    """Where radars see most: each where most traffic is left that no radar before it sees."""
    knots = np.concatenate([one.knots[::EVERY_S, :3] for one in flown.flights])
    latitude, longitude, _ = geodetic_from_ecef(knots)
    ground = ecef_from_geodetic(latitude, longitude, 0.0)
    out: list[tuple[float, float]] = []
    left = np.ones(len(ground), dtype=np.bool_)
    while len(out) < max(count, 1) and left.any():
        cells = np.stack((np.floor(latitude[left] / CELL_RAD), np.floor(longitude[left] / CELL_RAD)), axis=-1)
        cell, seen = np.unique(cells, axis=0, return_counts=True)
        best = (cell[int(np.argmax(seen))] + 0.5) * CELL_RAD
        out.append((float(best[0]), float(best[1])))
        way = ground - ecef_from_geodetic(best[0], best[1], 0.0)
        left &= (way * way).sum(axis=1) > SEES_M**2
    return out


def _places(centres: list[tuple[float, float]], count: int, ring_m: float) -> tuple[Place, ...]:
    """Evenly over what the radars see, each radar's disc with its share."""
    each = -(-count // len(centres))
    number = np.arange(each)
    away_m: Floats = SEES_M * np.sqrt((number + 0.5) / each)
    out: list[Place] = []
    for index, (latitude, longitude) in enumerate(centres, 1):
        at = travel(latitude, longitude, (number * SUNFLOWER) % TURN_RAD, away_m)
        pairs = zip(at[0].tolist(), at[1].tolist(), strict=True)
        out += [Place(f"virtual {index}-{one}", "site", (pair,), ring_m, 300.0) for one, pair in enumerate(pairs, 1)]
    return tuple(out[:count])


def _radar(name: str, latitude_rad: float, longitude_rad: float) -> Sensor:
    sigma = {"range_m": 60.0, "azimuth_rad": 0.15 * DEGREE_RAD, "elevation_rad": 0.4 * DEGREE_RAD}
    return Sensor(
        name=name,
        kind="radar",
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        altitude_m=MAST_M,
        sigma=sigma,
        detection_probability=0.92,
        clutter_per_scan=8.0,
        max_range_m=RADAR_M,
        period_s=5.0,
    )


def _receiver(name: str, latitude_rad: float, longitude_rad: float) -> Sensor:
    return Sensor(
        name=name,
        kind="position",
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        altitude_m=MAST_M,
        sigma={"east_m": 15.0, "north_m": 15.0, "pressure_altitude_m": 15.0},
        detection_probability=0.9,
        clutter_per_scan=0.0,
        max_range_m=300_000.0,
        period_s=1.0,
        reporting="event",
    )
