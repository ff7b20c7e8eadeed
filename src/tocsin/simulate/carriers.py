"""What a site would be told of a scenario: its settings, with its hills and the paths of radars in aircraft."""

from dataclasses import replace

import numpy as np

from tocsin.geo.frames import geodetic_from_ecef
from tocsin.geo.terrain import Terrain
from tocsin.messages import Floats
from tocsin.models.ground import POINTS_MAX, pack
from tocsin.settings import Settings
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.night import SLAB_S
from tocsin.simulate.scenario import AirborneSensing, Scenario
from tocsin.simulate.sensors.batch import nanoseconds

EVERY_S = 2.0  # between rows of a path: in a circle of 5 km an aircraft at 200 m/s strays 4 m from the straight line
Row = tuple[int, float, float, float]


def told(scenario: Scenario, seed: int | None = None) -> Settings:
    """The scenario's settings with its hills, each radar with a carrier having the path on which it flies in this
    night.
    """
    settings = scenario.settings
    if scenario.terrain is not None and settings.ground is None:
        settings = replace(settings, ground=pack(scenario.terrain, coarser(scenario.terrain)))
    carried = {
        name: how.carrier
        for name, how in scenario.sensing.items()
        if isinstance(how, AirborneSensing)
        and any(one.name == name and one.kind == "radar" for one in scenario.settings.sensors)
    }
    if not carried:
        return settings
    paths = _flown(scenario, scenario.seed if seed is None else seed, carried)
    sensors = tuple(
        sensor
        if not paths.get(sensor.name)
        else replace(
            sensor,
            path=paths[sensor.name],
            latitude_rad=paths[sensor.name][0][1],
            longitude_rad=paths[sensor.name][0][2],
            altitude_m=paths[sensor.name][0][3],
        )
        for sensor in settings.sensors
    )
    return replace(settings, sensors=sensors)


def coarser(terrain: Terrain) -> int:
    """How much coarser a site may keep these heights: 1 as they are."""
    return max(int(np.ceil(np.sqrt(terrain.height_grid_m.size / POINTS_MAX))), 1)


def _flown(scenario: Scenario, seed: int, carried: dict[str, str]) -> dict[str, tuple[Row, ...]]:
    """The path of each carrier while it flies, by its sensor's name."""
    flight = Flight(scenario, seed)
    while flight.now_s < 0.0:
        flight.advance(min(flight.now_s + SLAB_S, 0.0))
    mover = np.array([flight.traits.group.index(carrier) for carrier in carried.values()])
    times, places = [], []
    at_s = 0.0
    while at_s < scenario.duration_s:
        to_s = min(at_s + SLAB_S, scenario.duration_s)
        flight.advance(float(np.ceil(to_s)))
        time_s = np.arange(at_s, to_s, EVERY_S)
        position, _, _ = flight.sky.at(np.tile(time_s, len(mover)), np.repeat(mover, len(time_s)))
        times.append(time_s)
        places.append(position.reshape(len(mover), len(time_s), 3))
        at_s = to_s
    time_ns = nanoseconds(np.concatenate(times), scenario.start_ns).tolist()
    every = np.concatenate(places, axis=1)
    return {name: _rows(time_ns, every[k]) for k, name in enumerate(carried)}


def _rows(time_ns: list[int], position_m: Floats) -> tuple[Row, ...]:
    latitude, longitude, altitude = geodetic_from_ecef(position_m)
    places = zip(time_ns, latitude.tolist(), np.unwrap(longitude).tolist(), altitude.tolist(), strict=True)
    return tuple(row for row in places if np.isfinite(row[1]))
