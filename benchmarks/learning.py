"""What learning of sensors is worth: one line a measurement, with and without. Never a test.

    python benchmarks/learning.py clutter 6     clutter x 10 in a tenth of the field: false tracks, and a raid there
    python benchmarks/learning.py offsets 6     three radars off by up to 150 m, 0.4 degrees, 0.3 s, with honest traffic
    python benchmarks/learning.py spoofed 6     the same radars, none of them off, and traffic that lies
    python benchmarks/learning.py poisoned 6    one radar whose plots scatter five times as far as it says

The last number: how many seeds, from 1 on.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from tocsin.geo.frames import (
    ecef_from_geodetic,
    ecef_vector_from_enu,
    enu_from_ecef,
    geodetic_from_ecef,
    polar_from_enu,
)
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


# --- offsets ---------------------------------------------------------------------------------------------------------

LATITUDE_RAD, LONGITUDE_RAD = np.radians(57.0), np.radians(21.0)
ORIGIN = ecef_from_geodetic(LATITUDE_RAD, LONGITUDE_RAD, 0.0)
SPOT = {"west": (-40_000.0, -10_000.0), "east": (45_000.0, 0.0), "south": (0.0, -60_000.0)}
OFFSETS = {"west": (120.0, 0.4, 0.3), "east": (-150.0, -0.3, -0.2), "south": (60.0, 0.15, 0.1)}  # m, degrees, s
NO_OFFSETS = dict.fromkeys(SPOT, (0.0, 0.0, 0.0))
PERIODS = {"west": 6.0, "east": 4.0, "south": 5.0}
NAMES = tuple(SPOT)
AIRCRAFT, SILENT = 20, 5  # how many fly, and how many of them tell nothing


def geodetic_of(name: str) -> tuple[float, float, float]:
    """Where a radar stands."""
    ecef = ORIGIN + ecef_vector_from_enu(np.array([*SPOT[name], 0.0]), LATITUDE_RAD, LONGITUDE_RAD)
    latitude, longitude, _ = geodetic_from_ecef(ecef)
    return float(latitude), float(longitude), 60.0


def radar(name: str) -> Sensor:
    """One radar as the site declares it."""
    latitude, longitude, altitude = geodetic_of(name)
    return Sensor(
        name,
        "radar",
        latitude_rad=latitude,
        longitude_rad=longitude,
        altitude_m=altitude,
        sigma={"range_m": 50.0, "azimuth_rad": np.radians(0.1)},
        clutter_per_scan=3.0,
        min_range_m=2_000.0,
        max_range_m=150_000.0,
        period_s=PERIODS[name],
    )


REPORTS = Sensor(
    "adsb",
    "position",
    sigma={"east_m": 20.0, "north_m": 20.0, "up_m": 20.0, "altitude_m": 20.0},
    clutter_per_scan=0.01,
    max_range_m=300_000.0,
    period_s=1.0,
    reporting="event",
)
SITE = Settings(
    frame=Frame("earth", 3, float(LATITUDE_RAD), float(LONGITUDE_RAD)),
    sensors=(*(radar(name) for name in NAMES), REPORTS),
)


@dataclass(slots=True)
class Sky:
    """Aircraft that fly straight and then turn back: east, north, up of the origin."""

    start: Floats
    velocity: Floats

    @classmethod
    def of(cls, rng: np.random.Generator) -> "Sky":
        """Some traffic."""
        heading, speed = rng.uniform(0.0, 2 * np.pi, AIRCRAFT), rng.uniform(120.0, 250.0, AIRCRAFT)
        place = rng.uniform(-60_000.0, 60_000.0, (AIRCRAFT, 2)), rng.uniform(3_000.0, 11_000.0, (AIRCRAFT, 1))
        velocity = np.stack([speed * np.sin(heading), speed * np.cos(heading), np.zeros(AIRCRAFT)], axis=1)
        return cls(np.concatenate(place, axis=1), velocity)

    def enu(self, times_s: Floats) -> Floats:
        """(n, 3) each aircraft at its own time: there and back along a line of 12 minutes, with rounded ends."""
        phase = 2.0 * np.pi * times_s / 1_440.0
        along = 300.0 * np.sin(phase) - 12.0 * np.sin(3.0 * phase)
        return np.asarray(self.start + self.velocity * along[:, None])

    def ecef(self, times_s: Floats) -> Floats:
        """The same, in the tracker's frame."""
        return np.asarray(ORIGIN + ecef_vector_from_enu(self.enu(times_s), LATITUDE_RAD, LONGITUDE_RAD))


def turn_of(
    name: str, sky: Sky, start_s: float, off: tuple[float, float, float], scatter: float, rng: np.random.Generator
) -> Scan:
    """One turn of a radar that is off: plots and a little clutter."""
    latitude, longitude, altitude = geodetic_of(name)
    period = PERIODS[name]
    times, r, azimuth = np.full(AIRCRAFT, start_s), np.zeros(AIRCRAFT), np.zeros(AIRCRAFT)
    for _ in range(4):  # the beam meets each where it is then
        enu = enu_from_ecef(sky.ecef(times), latitude, longitude, altitude)
        r, azimuth, _ = polar_from_enu(enu)
        times = start_s + period * azimuth / (2.0 * np.pi)
    seen = (r < 150_000.0) & (r > 2_000.0) & (rng.random(AIRCRAFT) < 0.9)
    count = int(seen.sum())
    r = r[seen] + off[0] + scatter * 50.0 * rng.standard_normal(count)
    azimuth = azimuth[seen] + np.radians(off[1] + scatter * 0.1 * rng.standard_normal(count))
    false = rng.poisson(3.0)
    around = rng.uniform(0.0, 2.0 * np.pi, false)
    times = np.concatenate([times[seen], start_s + period * around / (2.0 * np.pi)])
    azimuth = np.concatenate([azimuth, around]) % (2.0 * np.pi)
    begin, end = START_S + start_s + off[2], START_S + start_s + period + off[2]
    ranges = np.concatenate([r, rng.uniform(2_000.0, 150_000.0, false)])
    return scan_of(name, begin, end, START_S + times + off[2], survey=True, range_m=ranges, azimuth_rad=azimuth)


def told(sky: Sky, time_s: float, lie: Floats, rng: np.random.Generator) -> Scan:
    """Self-reports of a second; lie (n, 3) m is added to where they are."""
    speak = np.flatnonzero((np.arange(AIRCRAFT) >= SILENT) & (rng.random(AIRCRAFT) < 0.7))
    times = time_s + rng.uniform(0.0, 0.9, AIRCRAFT)
    enu = sky.enu(times) + lie
    ecef = ORIGIN + ecef_vector_from_enu(enu, LATITUDE_RAD, LONGITUDE_RAD)
    latitude, longitude, up = geodetic_from_ecef(ecef + 20.0 * rng.standard_normal(ecef.shape))
    names = [f"icao:{n:06x}" for n in speak]
    z = {"latitude_rad": latitude[speak], "longitude_rad": longitude[speak], "altitude_m": up[speak]}
    end_s = START_S + time_s + 0.95
    return scan_of("adsb", end_s - 0.95, end_s, START_S + times[speak], survey=False, identity=names, **z)


@dataclass(slots=True)
class Run:
    """What a run of half an hour came to."""

    bias: dict[int, Floats]  # minute: (3 radars, 4 offsets)
    cov: dict[int, Floats]  # minute: (3 radars, 4, 4)
    gospa: list[float]
    tracks: list[float]
    factors: Floats
    notices: list[str]


def sky_run(
    seed: int,
    learning: Learning,
    offsets: Mapping[str, tuple[float, float, float]],
    lie: Callable[[float], Floats] | None = None,
    scatter: Mapping[str, float] | None = None,
    minutes: int = 30,
) -> Run:
    """Three radars and self-reports over some traffic."""
    rng = np.random.default_rng(seed)
    sky, tracker = Sky.of(rng), Tracker(replace(SITE, learning=learning))
    scans: list[Scan] = []
    honest = np.zeros((AIRCRAFT, 3))
    for name in NAMES:
        wide = (scatter or {}).get(name, 1.0)
        turns = range(int(60 * minutes / PERIODS[name]))
        scans += [turn_of(name, sky, turn * PERIODS[name], offsets[name], wide, rng) for turn in turns]
    scans += [told(sky, float(s), honest if lie is None else lie(float(s)), rng) for s in range(60 * minutes)]
    scans.sort(key=lambda one: one.received_ns)
    out, due_s = Run({}, {}, [], [], np.ones(3), []), 1
    for one in scans:
        while one.received_ns > round((START_S + due_s + 0.5) * SECOND_NS):
            out.notices += [
                f"{due_s} s {n.subject}: {n.text}"
                for n in tracker.tick(round((START_S + due_s + 0.5) * SECOND_NS))
                if n.kind == "sensor"
            ]
            look(tracker, sky, due_s, out)
            due_s += 1
        tracker.advance(one)
    out.factors = tracker.state.learner.learned.factor[:3].copy()
    return out


def look(tracker: Tracker, sky: Sky, second: int, out: Run) -> None:
    """Note what is shown, every ten seconds from the tenth minute on, and the offsets each five minutes."""
    if second % 300 == 0:
        learned = tracker.state.learner.learned
        out.bias[second // 60] = learned.bias[:-1].reshape(3, 4).copy()
        out.cov[second // 60] = np.stack([learned.cov[4 * r : 4 * r + 4, 4 * r : 4 * r + 4] for r in range(3)])
    if second % 10 or second < 600:
        return
    picture = tracker.picture(round((START_S + second) * SECOND_NS))
    shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
    where = enu_from_ecef(picture.position_m[shown], LATITUDE_RAD, LONGITUDE_RAD, 0.0)[:, :2]
    truth = enu_from_ecef(sky.ecef(np.full(AIRCRAFT, float(second))), LATITUDE_RAD, LONGITUDE_RAD, 0.0)[:, :2]
    apart = np.minimum(np.hypot(*(where[:, None] - truth[None]).transpose(2, 0, 1)), 1_000.0)
    rows, columns = linear_sum_assignment(apart**2)
    paired = float((apart[rows, columns] ** 2).sum())
    out.gospa.append(float(np.sqrt(paired + 0.5e6 * (len(where) + len(truth) - 2 * len(rows)))))
    out.tracks.append(len(where) / AIRCRAFT)


def offsets(seeds: int) -> None:
    """How near the offsets come, by their own sigma, and what that does to the picture."""
    truth = np.array([OFFSETS[name] for name in NAMES]) * (1.0, np.radians(1.0), 1.0)
    kept = [0, 1, 3]
    runs = [sky_run(seed, ON, OFFSETS) for seed in range(1, seeds + 1)]
    for minute in (5, 15, 25):
        error = np.stack([run.bias[minute][:, kept] - truth for run in runs])
        cov = np.stack([run.cov[minute][:, kept][:, :, kept] for run in runs])
        nees = np.einsum("...i,...ij,...j", error, np.linalg.inv(cov), error)
        rms = np.sqrt((error**2).mean(axis=(0, 1)))
        sigma = np.sqrt(cov.diagonal(axis1=2, axis2=3).mean(axis=(0, 1)))
        most = np.abs(error / np.sqrt(cov.diagonal(axis1=2, axis2=3))).max()
        print(
            f"offsets after {minute} min: rms error {rms[0]:.1f} m, {np.degrees(rms[1]):.4f} deg, "
            f"{1e3 * rms[2]:.0f} ms; "
            f"its sigma {sigma[0]:.1f} m, {np.degrees(sigma[1]):.4f} deg, {1e3 * sigma[2]:.0f} ms; "
            f"NEES {nees.mean():.2f} of 3, the worst {most:.1f} sigma"
        )
    tell("offsets learnt", runs)
    tell("offsets not learnt", [sky_run(seed, OFF, OFFSETS) for seed in range(1, seeds + 1)])
    tell("no offsets", [sky_run(seed, OFF, NO_OFFSETS) for seed in range(1, seeds + 1)])


def liars(share: int, from_s: float, rate_mps: float, most_m: float) -> Callable[[float], Floats]:
    """Each `share`-th aircraft that speaks says a place further and further east of its own."""

    def lie(time_s: float) -> Floats:
        off = np.zeros((AIRCRAFT, 3))
        off[SILENT::share, 0] = np.clip(rate_mps * (time_s - from_s), 0.0, most_m)
        return off

    return lie


def spoofed(seeds: int) -> None:
    """Radars that are right, and aircraft that say a false place: how far that moves the radars."""
    cases = {
        "all honest": None,
        "a third drifts off 600 m from minute 5 on": liars(3, 300.0, 3.0, 600.0),
        "a third is 400 m off from the start": liars(3, -1e6, 1.0, 400.0),
        "a third is 120 m off from the start": liars(3, -1e6, 1.0, 120.0),
        "a third is 2 km off from the start": liars(3, -1e6, 1.0, 2_000.0),
    }
    for name, lie in cases.items():
        runs = [sky_run(seed, ON, NO_OFFSETS, lie, minutes=20) for seed in range(1, seeds + 1)]
        for minute in (5, 15):
            bias = np.abs(np.stack([run.bias[minute] for run in runs])).max(axis=(0, 1))
            sigma = np.stack([run.cov[minute].diagonal(axis1=1, axis2=2) for run in runs]) ** 0.5
            most = np.abs(np.stack([run.bias[minute] for run in runs]) / sigma)[:, :, [0, 1, 3]].max()
            print(
                f"spoofed, {name}, after {minute} min: radars moved by at most {bias[0]:.0f} m, "
                f"{np.degrees(bias[1]):.3f} deg, {1e3 * bias[3]:.0f} ms ({most:.1f} sigma)"
            )
        tell(f"spoofed, {name}", runs)


def poisoned(seeds: int) -> None:
    """One radar whose plots scatter five times as far as it says."""
    scatter = {"east": 5.0}
    for name, learning in (("weighed down", ON), ("not weighed down", replace(ON, weighting=False))):
        runs = [sky_run(seed, learning, NO_OFFSETS, scatter=scatter, minutes=20) for seed in range(1, seeds + 1)]
        factors = np.stack([run.factors for run in runs]).mean(axis=0)
        tell(f"poisoned, {name}, factors {np.round(factors, 1).tolist()}", runs)


def tell(name: str, runs: Sequence[Run]) -> None:
    """One line on what was shown from the tenth minute on."""
    gospa = float(np.mean([np.mean(run.gospa) for run in runs]))
    tracks = float(np.mean([np.mean(run.tracks) for run in runs]))
    said = [line for run in runs for line in run.notices]
    print(f"{name}: GOSPA {gospa:.0f} m, {tracks:.3f} tracks per aircraft, {len(said)} notices {said[:3]}")


MEASUREMENTS = {"clutter": clutter, "offsets": offsets, "spoofed": spoofed, "poisoned": poisoned}


def main(arguments: list[str]) -> None:
    """The named measurement."""
    warm()
    MEASUREMENTS[arguments[0]](int(arguments[1]) if len(arguments) > 1 else 6)


if __name__ == "__main__":
    main(sys.argv[1:])
