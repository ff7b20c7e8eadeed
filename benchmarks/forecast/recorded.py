"""Recorded flights (ADS-B) over places that stand nowhere: legs that nobody drew, by pilots who seek none of them.

Places are drawn over the middle nine tenths of where the flights were. A recording ends, or an aircraft leaves its
reach or lands: a forecast counts only when its flight was recorded until the last time that it told of.
"""

from argparse import Namespace
from pathlib import Path

import numpy as np

from benchmarks.forecast.movers import LOOK_S
from benchmarks.forecast.night import Look, Night, known, objects, seen, told
from tocsin.cli.half_real.recording import _fixes
from tocsin.forecast.calibration import Calibration
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.frames import geodetic_from_ecef
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats
from tocsin.settings import Frame, Place, Settings
from tocsin.simulate.recorded.flights import Flown, flown
from tocsin.simulate.scenario import Recorded

PLACES = 48
CLASSES = ("airliner", "light aircraft")
TRUTH_S = 5.0


def flights(recordings: list[Path]) -> Flown:
    """All flights of some recordings."""
    return flown(_fixes(Namespace(half_real=recordings, format=None, framing=None, start_ns=None)))


def over(some: tuple[Recorded, ...], rng: np.random.Generator) -> tuple[Frame, tuple[Place, ...]]:
    """Sites where these flew, in the rings of plants and towns."""
    at = np.concatenate([one.knots[::30, :3] for one in some])
    latitude, longitude, _ = geodetic_from_ecef(at)
    (south, north), (west, east) = (np.quantile(axis, (0.05, 0.95)) for axis in (latitude, longitude))
    rings = rng.uniform(3e3, 12e3, PLACES).tolist()
    points = zip(rng.uniform(south, north, PLACES).tolist(), rng.uniform(west, east, PLACES).tolist(), strict=True)
    places = tuple(Place(f"{k}", "site", (one,), ring) for k, (one, ring) in enumerate(zip(points, rings, strict=True)))
    return Frame(latitude_rad=float(south + north) / 2.0, longitude_rad=float(west + east) / 2.0), places


def night(found: Flown, seed: int, calibration: Calibration | None = None) -> Night:
    """Forecasts of the flights of a recording, and what became of them."""
    rng = np.random.default_rng(seed)
    some = found.flights
    frame, places = over(some, rng)
    forecaster = Forecaster(Settings(frame=frame, places=places), calibration)
    begin = np.array([one.start_s for one in some])
    end = begin + np.array([len(one.knots) - 1 for one in some])
    classes = np.array([CLASSES.index(one.kind) for one in some], dtype=np.int64)
    truth: list[Look] = []
    said = []
    for second in np.arange(np.floor(begin.min()), end.max(), TRUTH_S):
        rows = np.flatnonzero((begin <= second) & (second <= end))
        knots = np.array([_knot(some[row], second) for row in rows.tolist()]).reshape(-1, 6)
        look = (rows, knots[:, :3], knots[:, 3:], found.start_ns + round(second * SECOND_NS))
        if len(rows):
            truth.append(look)
        if second % LOOK_S == 0.0:
            said.append(forecaster.forecast(seen(look, classes, CLASSES, rng)))
    ends_ns = found.start_ns + (end * SECOND_NS).astype(np.int64)
    return Night(told(said), objects(truth, tuple(one.kind for one in some)), known(places), ends_ns)


def _knot(one: Recorded, second: float) -> Floats:
    return np.asarray(one.knots[int(second - one.start_s)])
