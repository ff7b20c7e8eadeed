"""Nights of movers whose laws the forecast has never seen, on routes drawn here.

Some fly straight in, some over waypoints far to the side, some circle on the way, and some go elsewhere. Each is flown
to its end, so that it is known what became of every forecast.
"""

from math import pi, radians

import numpy as np

from benchmarks.forecast.night import Look, Night, known, objects, seen, told
from tocsin.forecast.calibration import Calibration
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.distance import travel
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Forecast
from tocsin.settings import Frame, Place, Settings
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.scenario import Mover, Scenario

START_NS = 1_900_000_000 * SECOND_NS
FRAME = Frame(latitude_rad=radians(49.0), longitude_rad=radians(31.0))
MOVERS = 300
PLACES = 24
LOOK_S = 20.0
ENDS_NS = 86_400 * SECOND_NS  # after the last flight nothing enters any more
KINDS = {
    "drones": ("one-way-attack drone", "one-way-attack drone", (40.0, 60.0), (100.0, 1500.0)),
    "missiles": ("cruise missile", "cruise missile", (180.0, 250.0), (60.0, 120.0)),
}


def protected(rng: np.random.Generator) -> tuple[Place, ...]:
    """Sites over 300 by 300 km, in the rings of plants and towns."""
    bearing, away = rng.uniform(0.0, 2.0 * pi, PLACES), 150e3 * np.sqrt(rng.random(PLACES))
    latitude, longitude, _ = travel(FRAME.latitude_rad, FRAME.longitude_rad, bearing, away)
    rings = rng.uniform(3e3, 12e3, PLACES).tolist()
    at = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return tuple(Place(f"{k}", "site", (pair,), ring) for k, (pair, ring) in enumerate(zip(at, rings, strict=True)))


def route(places: tuple[Place, ...], rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """From 120 to 250 km away to a place, or past all of them, over up to four waypoints."""
    start = travel(FRAME.latitude_rad, FRAME.longitude_rad, rng.uniform(0.0, 2.0 * pi), rng.uniform(120e3, 250e3))
    if rng.random() < 0.75:
        end = places[rng.integers(len(places))].geometry[0]
    else:
        out = travel(FRAME.latitude_rad, FRAME.longitude_rad, rng.uniform(0.0, 2.0 * pi), rng.uniform(100e3, 300e3))
        end = (float(out[0]), float(out[1]))
    points = [(float(start[0]), float(start[1]))]
    between = int(rng.integers(0, 5))
    for k in range(between):
        share = (k + 1) / (between + 1)
        middle = [a + share * (b - a) for a, b in zip(points[0], end, strict=True)]
        aside = travel(middle[0], middle[1], rng.uniform(0.0, 2.0 * pi), abs(rng.normal(0.0, 25e3)))
        points.append((float(aside[0]), float(aside[1])))
    return (*points, end)


def night(what: str, seed: int, calibration: Calibration | None = None) -> Night:
    """One night's forecasts and truth."""
    rng = np.random.default_rng(seed)
    kind, name, (slow, fast), (low, high) = KINDS[what]
    places = protected(rng)
    movers = []
    for k in range(MOVERS):
        points = route(places, rng)
        n, speed, height = len(points), rng.uniform(slow, fast), rng.uniform(low, high)
        loiter = ((1, float(rng.uniform(120.0, 900.0)), 1_500.0),) if n > 2 and rng.random() < 0.1 else ()
        begin = float(rng.uniform(0.0, 600.0))
        movers.append(
            Mover(f"m{k}", kind, 1, begin, begin, 0.0, points, (height,) * n, (speed,) * n, loiter=loiter, end="attack")
        )
    settings = Settings(frame=FRAME, places=places)
    flight = Flight(Scenario(what, "", START_NS, 14_400.0, seed, 1.0, settings, movers=tuple(movers)), seed)
    forecaster = Forecaster(settings, calibration)
    said: list[Forecast] = []
    truth: list[Look] = []
    classes = np.zeros(MOVERS, dtype=np.int64)
    now_s = 0.0
    while not flight.ended.all() and now_s < 14_400.0:
        flight.advance(now_s + LOOK_S)
        for second in np.arange(now_s, now_s + LOOK_S, 5.0):
            rows = flight.sky.active(second, second)
            position, velocity, _ = flight.sky.at(np.full(len(rows), second), rows)
            truth.append((rows, position, velocity, START_NS + round(second * SECOND_NS)))
        said.append(forecaster.forecast(seen(truth[-4], classes, (name,), rng)))
        now_s += LOOK_S
    ends_ns = np.full(MOVERS, truth[-1][3] + ENDS_NS)
    return Night(told(said), objects(truth, (name,) * MOVERS), known(places), ends_ns)
