"""What learning of sensors is worth: one line a measurement, with and without. Never a test.

    python benchmarks/learning.py clutter 6     clutter x 10 in a tenth of the field: false tracks, and a raid there
    python benchmarks/learning.py offsets 6     three radars off by up to 150 m, 0.4 degrees, 0.3 s, with honest traffic
    python benchmarks/learning.py spoofed 6     the same radars, none of them off, and traffic that lies
    python benchmarks/learning.py poisoned 6    one radar whose plots scatter five times as far as it says

The last number: how many seeds, from 1 on.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.messages import Detections, Floats, Scan, Sweeps, TrackState
from tocsin.settings import Frame, Learning, Sensor, Settings
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
START_S = 1_000.0
OFF = Learning(clutter=False, detection=False, registration=False, weighting=False)
ON = Learning()
NEAR_M = 1_500.0


def scan_of(
    name: str, start_s: float, end_s: float, times_s: Floats, *, survey: bool, identity: Sequence[str] = (), **z: Floats
) -> Scan:
    """One sweep of one sensor with its rows, in order of time."""
    order = np.argsort(times_s, kind="stable")
    times = np.round(times_s[order] * SECOND_NS).astype(np.int64)
    end_ns = round(end_s * SECOND_NS)
    sweeps = Sweeps(
        np.zeros(1, np.int32),
        np.array([round(start_s * 1000)]),
        np.array([round(start_s * SECOND_NS)]),
        np.array([end_ns]),
        np.full(1, np.nan),
        np.full(1, np.nan),
        np.array([survey]),
    )
    texts = {"identity": tuple(identity[i] for i in order)} if identity else {}
    received = np.full(len(times), end_ns + 10_000_000)
    columns = {key: column[order] for key, column in z.items()}
    detections = Detections(np.zeros(len(times), np.int32), times, received, columns, texts)
    return Scan("made", end_ns + 10_000_000, (name,), sweeps, detections)


# --- clutter ---------------------------------------------------------------------------------------------------------

FIELD = Sensor(
    "radar",
    "radar",
    east_m=0.0,
    north_m=0.0,
    min_range_m=1_000.0,
    max_range_m=100_000.0,
    sigma={"range_m": 50.0, "azimuth_rad": 0.003},
    clutter_per_scan=60.0,
    period_s=4.0,
)
WEATHER_S, LAST_S = 600.0, 3_000.0
SECTOR_RAD = (0.8, 0.8 + 0.2 * np.pi)  # a tenth of the field


@dataclass(slots=True)
class Seen:
    """What a run came to."""

    false: int = 0
    hits: int = 0
    looks: int = 0


def raid(time_s: float) -> Floats:
    """Eight drones in the sector, a new wave every eight minutes: (n, 2) where they are."""
    wave, age = divmod(time_s, 480.0)
    if age > 420.0:
        return np.zeros((0, 2))
    azimuth = np.linspace(SECTOR_RAD[0] + 0.08, SECTOR_RAD[1] - 0.08, 8) + 0.02 * np.sin(wave)
    r = 80_000.0 - 6_000.0 * np.arange(8) % 4 - 60.0 * age
    return np.stack([r * np.sin(azimuth), r * np.cos(azimuth)], axis=1)


def field_run(seed: int, learning: Learning, heavy: float) -> Seen:
    """50 minutes of one radar; from the tenth on, `heavy` times the clutter in a tenth of the field."""
    rng = np.random.default_rng(seed)
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(FIELD,), learning=learning))
    seen, false = Seen(), set[int]()
    for turn in range(int(LAST_S / 4.0)):
        begin_s = 4.0 * turn
        place = raid(begin_s)
        place = place[rng.random(len(place)) < FIELD.detection_probability]
        r, azimuth = np.hypot(*place.T), np.arctan2(place[:, 0], place[:, 1])
        r, azimuth = r + 50.0 * rng.standard_normal(len(r)), azimuth + 0.003 * rng.standard_normal(len(r))
        count = rng.poisson(FIELD.clutter_per_scan)
        extra = rng.poisson(FIELD.clutter_per_scan / 10.0 * (heavy - 1.0)) if begin_s >= WEATHER_S else 0
        azimuths = [azimuth, rng.uniform(0.0, 2 * np.pi, count), rng.uniform(*SECTOR_RAD, extra)]
        azimuth = np.concatenate(azimuths) % (2.0 * np.pi)
        ranges = np.concatenate([r, rng.uniform(1_000.0, 1e5, count + extra)])
        times = np.full(len(ranges), START_S + begin_s + 2.0)
        end_s = START_S + begin_s + 4.0
        tracker.advance(scan_of("radar", end_s - 4.0, end_s, times, survey=True, range_m=ranges, azimuth_rad=azimuth))
        for k in range(4):
            tracker.tick(round((end_s + k + 0.3) * SECOND_NS))
        picture = tracker.picture(round((START_S + begin_s + 4.0) * SECOND_NS))
        confirmed = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
        where, truth = picture.position_m[confirmed, :2], raid(begin_s + 4.0)
        apart = np.hypot(*(where[:, None] - truth[None]).transpose(2, 0, 1))
        if begin_s >= WEATHER_S:
            if len(truth):
                seen.hits += int((apart < NEAR_M).any(axis=0).sum())
                seen.looks += len(truth)
            lonely = picture.track[confirmed][~(apart < 2 * NEAR_M).any(axis=1)]
            born = picture.born_ns[confirmed][~(apart < 2 * NEAR_M).any(axis=1)]
            false |= {int(n) for n, b in zip(lonely, born, strict=True) if b > (START_S + WEATHER_S) * SECOND_NS}
    seen.false = len(false)
    return seen


def clutter(seeds: int) -> None:
    """False tracks and the raid's share of time that is tracked: as declared, ten times, with and without learning."""
    for name, learning, heavy in (
        ("as declared, not learnt", OFF, 1.0),
        ("as declared, learnt", ON, 1.0),
        ("x 10 in a tenth, not learnt", OFF, 10.0),
        ("x 10 in a tenth, learnt", ON, 10.0),
    ):
        runs = [field_run(seed, learning, heavy) for seed in range(1, seeds + 1)]
        false = sum(run.false for run in runs) / seeds / (LAST_S - WEATHER_S) * 3600.0
        share = sum(run.hits for run in runs) / sum(run.looks for run in runs)
        print(f"clutter {name}: {false:.1f} false tracks an hour, the raid tracked {100 * share:.1f} % of its time")


MEASUREMENTS = {"clutter": clutter}


def main(arguments: list[str]) -> None:
    """The named measurement."""
    warm()
    MEASUREMENTS[arguments[0]](int(arguments[1]) if len(arguments) > 1 else 6)


if __name__ == "__main__":
    main(sys.argv[1:])
