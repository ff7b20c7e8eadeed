"""Do forecasts mean what they say? Calibration and skill on flights whose laws the forecast has never seen.

    python -m benchmarks.forecast drones 4          one-way-attack drones, 4 nights of 300, seeds 1 to 4
    python -m benchmarks.forecast missiles 4
    python -m benchmarks.forecast recorded 2 RECORDING ...   recorded flights, over places of seeds 1 and 2
    python -m benchmarks.forecast time 300 200      seconds of one core for a forecast of 300 tracks and 200 places

The forecast is shown where each is, 30 m and 2 m/s off. One forecast for each target, place and bin counts
(score.warning.calibration).
"""

import sys
import time
from math import pi, radians
from pathlib import Path

import numpy as np

from benchmarks.forecast import movers, recorded
from benchmarks.forecast.movers import FRAME, START_NS
from benchmarks.forecast.night import Night, joined, seen
from tocsin.forecast.forecaster import Forecaster
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.geo.units import SECOND_NS
from tocsin.score.warning import calibration, entries
from tocsin.settings import Place, Settings


def judged(what: str, night: Night) -> None:
    """Print the calibration of some nights."""
    forecasts = night.forecasts
    stayed = entries.stays(night.truth, night.places)
    targets = len(np.unique(forecasts.target))
    print(f"{what}: {targets} targets, {len(forecasts)} forecasts, {len(stayed)} entries")
    for one in calibration.intervals(forecasts, forecasts.target, stayed, night.known_ns):
        print(
            f"  {one.from_min:4.0f} to {one.to_min:2.0f} min: {one.expected:.0%} intervals held {one.held.value:6.1%}"
            f" of {one.held.of:5.0f}, median width {one.width_median_s:6.1f} s"
        )
    found = calibration.chances(forecasts, forecasts.target, night.truth, stayed, night.places, night.known_ns)
    print(
        f"  P(entry in 10 min): calibration error {found.error:.4f}, Brier skill over straight flight {found.skill:.2f}"
        f", {found.count.sum()} forecasts"
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
    everyone = np.arange(tracks)
    spent, pairs = [], 0
    for k in range(6):
        look = (everyone, position, velocity, START_NS + k * SECOND_NS)
        shown = seen(look, np.zeros(tracks, dtype=np.int64), ("one-way-attack drone",), rng)
        begin = time.process_time()
        made = forecaster.forecast(shown)
        spent.append(time.process_time() - begin)
        pairs = len(made)
    print(f"{tracks} tracks, {places} places: {np.median(spent[1:]):.2f} s, {pairs} pairs")


def main(what: str, *rest: str) -> None:
    """One command."""
    if what == "time":
        timed(int(rest[0]), int(rest[1]))
        return
    seeds = range(1, 1 + int(rest[0]))
    if what == "recorded":
        for path in rest[1:]:
            found = recorded.flights([Path(path)])
            judged(f"{Path(path).name}, places {seeds}", joined([recorded.night(found, seed) for seed in seeds]))
    else:
        judged(f"{what}, {seeds}", joined([movers.night(what, seed) for seed in seeds]))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["drones", "2"]))
