"""Do forecasts mean what they say? Calibration and skill on flights whose laws the forecast has never seen.

    python -m benchmarks.forecast drones 4          one-way-attack drones, 4 nights of 300, seeds 1 to 4
    python -m benchmarks.forecast missiles 4
    python -m benchmarks.forecast time 300 200      seconds of one core for a forecast of 300 tracks and 200 places

Flights come from the simulator's movers on routes drawn here: some straight in, some over waypoints far to the side,
some that circle on the way, and some that go elsewhere. The forecast is shown where each is, 30 m and 2 m/s off. One
forecast for each target, place and bin counts (score.warning.calibration).
"""

import sys
import time
from math import pi, radians

import numpy as np

from tests.skies import picture
from tocsin.forecast.calibration import Calibration
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.areas import area
from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import Floats, Forecast, Ints, Picture
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import Forecasts, Places
from tocsin.score.warning import calibration, entries
from tocsin.settings import Frame, Place, Settings
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.scenario import Mover, Scenario

SECOND_NS = 1_000_000_000
START_NS = 1_900_000_000 * SECOND_NS
FRAME = Frame(latitude_rad=radians(49.0), longitude_rad=radians(31.0))
MOVERS = 300
PLACES = 24
LOOK_S = 20.0
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


def night(what: str, seed: int, calibration: Calibration | None = None) -> tuple[Forecasts, Objects, Places]:
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
    truth: list[tuple[Ints, Floats, Floats, int]] = []
    now_s = 0.0
    while not flight.ended.all() and now_s < 14_400.0:
        flight.advance(now_s + LOOK_S)
        for second in np.arange(now_s, now_s + LOOK_S, 5.0):
            rows = flight.sky.active(second, second)
            position, velocity, _ = flight.sky.at(np.full(len(rows), second), rows)
            truth.append((rows, position, velocity, START_NS + round(second * SECOND_NS)))
        rows, position, velocity, time_ns = truth[-4]
        said.append(forecaster.forecast(seen(rows, position, velocity, time_ns, name, rng)))
        now_s += LOOK_S
    return told(said), objects(truth, name), known(places)


def seen(rows: Ints, position: Floats, velocity: Floats, time_ns: int, name: str, rng: np.random.Generator) -> Picture:
    """The picture of what flies, a little off."""
    n = len(rows)
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = 900.0, 4.0
    return picture(
        time_ns,
        (rows + 1).tolist(),
        position_m=position + 30.0 * rng.standard_normal((n, 3)),
        velocity_mps=velocity + 2.0 * rng.standard_normal((n, 3)),
        covariance=covariance,
        class_index=np.zeros(n, np.int32),
        classes=(name,),
    )


def told(said: list[Forecast]) -> Forecasts:
    """All forecasts as one table."""
    target = np.concatenate([one.track for one in said]) - 1
    return Forecasts(
        np.concatenate([np.full(len(one), one.time_ns) for one in said]),
        target,
        target,
        np.concatenate([one.place for one in said]).astype(np.int64),
        np.concatenate([one.chance for one in said]),
        np.concatenate([one.quantile_s for one in said]),
    )


def objects(truth: list[tuple[Ints, Floats, Floats, int]], name: str) -> Objects:
    """The truth as one table."""
    number = np.concatenate([rows for rows, *_ in truth])
    time_ns = np.concatenate([np.full(len(rows), when) for rows, _, _, when in truth])
    position, velocity = (np.concatenate([one[k] for one in truth]) for k in (1, 2))
    latitude, longitude, altitude = geodetic_from_ecef(np.asarray(position))
    axes = np.stack([ecef_vector_from_enu(unit, latitude, longitude) for unit in np.eye(3)], axis=1)
    level = np.einsum("nai,ni->na", axes, np.asarray(velocity))
    order = np.lexsort([time_ns, number])
    names = np.arange(number.max() + 1)
    n = len(number)
    return Objects(
        "earth",
        time_ns[order],
        number[order],
        names,
        np.column_stack([latitude, longitude, altitude])[order],
        level[order],
        np.full((n, 3), np.nan),
        np.empty((0, 3, 3)),
        time_ns[order],
        (name,) * len(names),
        ("",) * len(names),
    )


def known(places: tuple[Place, ...]) -> Places:
    """The places as the score knows them."""
    areas = tuple(area(place.kind, place.geometry, place.ring_m) for place in places)
    names = tuple(place.name for place in places)
    return Places(names, areas, ("",) * len(names), ("",) * len(names))


def joined(nights: list[tuple[Forecasts, Objects, Places]]) -> tuple[Forecasts, Objects, Places]:
    """Nights side by side: places and targets numbered on."""
    targets = np.cumsum([0, *(len(one[1].names) for one in nights)])
    places = np.cumsum([0, *(len(one[2].names) for one in nights)])
    parts = [one[0] for one in nights]
    forecasts = Forecasts(
        np.concatenate([f.time_ns for f in parts]),
        np.concatenate([f.target + targets[k] for k, f in enumerate(parts)]),
        np.concatenate([f.track + targets[k] for k, f in enumerate(parts)]),
        np.concatenate([f.place + places[k] for k, f in enumerate(parts)]),
        np.concatenate([f.chance for f in parts]),
        np.concatenate([f.quantile_s for f in parts]),
    )
    flown = [one[1] for one in nights]
    truth = Objects(
        "earth",
        np.concatenate([t.time_ns for t in flown]),
        np.concatenate([t.number + targets[k] for k, t in enumerate(flown)]),
        np.arange(targets[-1]),
        np.concatenate([t.place for t in flown]),
        np.concatenate([t.velocity_mps for t in flown]),
        np.concatenate([t.sigma_m for t in flown]),
        np.empty((0, 3, 3)),
        np.concatenate([t.updated_ns for t in flown]),
        sum((t.kind for t in flown), ()),
        sum((t.identity for t in flown), ()),
    )
    lists = [one[2] for one in nights]
    names = tuple(f"{k} {name}" for k, one in enumerate(lists) for name in one.names)
    areas = tuple(a for one in lists for a in one.areas)
    return forecasts, truth, Places(names, areas, ("",) * len(names), ("",) * len(names))


def calibrated(what: str, seeds: range) -> None:
    """Print the calibration of so many nights."""
    forecasts, truth, places = joined([night(what, seed) for seed in seeds])
    stayed = entries.stays(truth, places)
    end_ns = int(truth.time_ns.max()) + 7200 * SECOND_NS  # every flight was flown to its end
    print(f"{what}, seeds {seeds.start} to {seeds.stop - 1}: {len(forecasts)} forecasts, {len(stayed)} entries")
    for one in calibration.intervals(forecasts, forecasts.target, stayed, end_ns):
        print(
            f"  {one.from_min:4.0f} to {one.to_min:2.0f} min: {one.expected:.0%} intervals held {one.held.value:6.1%}"
            f" of {one.held.of:5.0f}, median width {one.width_median_s:5.0f} s"
        )
    found = calibration.chances(forecasts, forecasts.target, truth, stayed, places, end_ns)
    print(
        f"  P(entry in 10 min): calibration error {found.error:.3f}, Brier skill over straight flight {found.skill:.2f}"
    )
    for k, count in enumerate(found.count.tolist()):
        if count:
            print(f"    said {found.said[k]:.2f}, came {found.came[k]:.2f}, {count} forecasts")


def timed(tracks: int, places: int) -> None:
    """Seconds of one core for one forecast, the median of five."""
    rng = np.random.default_rng(1)
    parents = rng.uniform(-2.0, 2.0, (20, 2))
    corner = [parents[k % 20] + rng.normal(0.0, 0.2, 2) for k in range(places)]
    sites = tuple(
        Place(f"{k}", "site", ((radians(49.0 + a), radians(31.0 + 1.5 * b)),), 5e3) for k, (a, b) in enumerate(corner)
    )
    forecaster = Forecaster(Settings(frame=FRAME, places=sites))
    latitude, longitude = FRAME.latitude_rad + rng.normal(0.0, 0.02, tracks), np.full(tracks, FRAME.longitude_rad)
    heading = rng.uniform(0.0, 2.0 * pi, tracks)
    flat = 50.0 * np.stack([np.sin(heading), np.cos(heading), np.zeros(tracks)], axis=-1)
    position = ecef_from_geodetic(latitude, longitude, np.full(tracks, 500.0))
    velocity = ecef_vector_from_enu(flat, latitude, longitude)
    spent, pairs = [], 0
    for k in range(6):
        shown = seen(np.arange(tracks), position, velocity, START_NS + k * SECOND_NS, "one-way-attack drone", rng)
        begin = time.process_time()
        made = forecaster.forecast(shown)
        spent.append(time.process_time() - begin)
        pairs = len(made)
    print(f"{tracks} tracks, {places} places: {np.median(spent[1:]):.2f} s, {pairs} pairs")


if __name__ == "__main__":
    first, *rest = sys.argv[1:] or ["drones", "2"]
    if first == "time":
        timed(int(rest[0]), int(rest[1]))
    else:
        calibrated(first, range(1, 1 + int(rest[0] if rest else 2)))
