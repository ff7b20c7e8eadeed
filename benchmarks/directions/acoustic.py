"""Networks of listening stations and of direction finders: how fast, how soon found, how many false. Never a test.

    python benchmarks/directions/acoustic.py network 14000 1200 41 42   stations, seconds, seeds (1): 100 targets
    python benchmarks/directions/acoustic.py network 200 3600      the same density of stations, 10 targets
    python benchmarks/directions/acoustic.py silence 14000 600     no targets at all: every confirmed track is false
    python benchmarks/directions/acoustic.py order 200 300 41 42      stations declared in four orders: GOSPA of each
    python benchmarks/directions/acoustic.py finders 10            four radio direction finders, one target: runs

The network: stations about 5 km apart (each off its grid point by up to a fifth of that), each hears 6 km far, reports
once a second what it hears with probability 0.7, and 0.15 false bearings a second; 3 degrees off in azimuth and
elevation. Targets fly straight, 40 to 60 m/s, 100 to 1,000 m high, for 600 s, and begin anywhere. The air is 5 K warmer
than the site says, and a wind of 3 m/s blows of which the site knows nothing. Flat earth.

Found: a confirmed track within 1 km, at the latest 10 s after the sound of a target has first reached three stations
inside their reach. False: a confirmed track that was never within 3 km of a target in all its life. Speed: simulated
seconds over processor seconds of `Tracker.advance` and `tick`, one core, after compiling.
"""

import sys
import time
from dataclasses import dataclass, field, replace
from math import radians

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from scipy.stats import chi2

from tocsin.messages import Detections, Floats, Ints, Picture, Scan, Sweeps, TrackState
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
BEGIN_S = 1_000.0
SPACING_M, REACH_M, HEARS, FALSE_HZ, SIGMA_RAD = 5_000.0, 6_000.0, 0.7, 0.15, radians(3.0)
LIFE_S = 600.0
SOUND_MPS = 331.3 * float(np.sqrt(1.0 + 20.0 / 273.15))
WIND_MPS = np.array([3.0, 0.0, 0.0])
DECLARED_C = 15.0
FOUND_M, FOUND_S, FALSE_M = 1_000.0, 10.0, 3_000.0
GOSPA_M = 1_000.0
ORDERS = 4


def stations(count: int, rng: np.random.Generator) -> Floats:
    """Places (count, 3) on a jittered grid."""
    side = int(np.ceil(np.sqrt(count)))
    grid = (np.arange(side) - 0.5 * (side - 1)) * SPACING_M
    east, north = (axis.ravel()[:count] for axis in np.meshgrid(grid, grid))
    nudge = rng.uniform(-0.2, 0.2, (2, count)) * SPACING_M
    return np.column_stack([east + nudge[0], north + nudge[1], rng.uniform(2.0, 10.0, count)])


def site(places: Floats) -> Settings:
    """A site of listening stations at these places."""
    sigma = {"azimuth_rad": SIGMA_RAD, "elevation_rad": SIGMA_RAD}
    sensors = tuple(
        Sensor(
            f"post {number}",
            "direction",
            east_m=float(e),
            north_m=float(n),
            up_m=float(u),
            sigma=sigma,
            detection_probability=HEARS,
            clutter_per_scan=FALSE_HZ,
            max_range_m=REACH_M,
            period_s=1.0,
            propagation_mps=340.0,
            temperature_c=DECLARED_C,
            reporting="dwell",
        )
        for number, (e, n, u) in enumerate(places)
    )
    return Settings(frame=Frame("local", 3), sensors=sensors)


@dataclass
class Flights:
    """Targets on straight lines: n rows."""

    begin_s: Floats
    start_m: Floats
    velocity_mps: Floats

    @classmethod
    def drawn(cls, alive: int, seconds: float, places: Floats, rng: np.random.Generator) -> "Flights":
        """About `alive` at any time, anywhere over the stations."""
        count = round(alive * (seconds + LIFE_S) / LIFE_S)
        low, high = places[:, :2].min(axis=0), places[:, :2].max(axis=0)
        at = np.column_stack([rng.uniform(low, high, (count, 2)), rng.uniform(100.0, 1_000.0, count)])
        heading, speed = rng.uniform(0.0, 2.0 * np.pi, count), rng.uniform(40.0, 60.0, count)
        velocity = np.column_stack([speed * np.sin(heading), speed * np.cos(heading), np.zeros(count)])
        begin = BEGIN_S - LIFE_S + (seconds + LIFE_S) * np.arange(count) / max(count, 1)
        return cls(begin, at, velocity)

    def at(self, time_s: float, rows: Ints) -> Floats:
        """Places (k, 3) at a time."""
        out: Floats = self.start_m[rows] + (time_s - self.begin_s[rows])[:, None] * self.velocity_mps[rows]
        return out

    def alive(self, time_s: float, after_s: float = 0.0) -> Ints:
        """Those in the air at a time, or up to `after_s` earlier."""
        return np.flatnonzero((self.begin_s <= time_s) & (time_s < self.begin_s + LIFE_S + after_s))


@dataclass
class World:
    """What stations hear, second by second."""

    places: Floats
    flights: Flights
    rng: np.random.Generator
    reached_s: dict[int, float] = field(default_factory=dict)  # target: when its sound first reached three stations

    def __post_init__(self) -> None:
        self.tree = cKDTree(self.places)
        self.names = tuple(f"post {number}" for number in range(len(self.places)))

    def heard(self, time_s: float) -> tuple[Ints, Floats]:
        """(station, direction (k, 3)) of all sounds of targets that reach a station now from inside its reach."""
        rows = self.flights.alive(time_s, 30.0)
        if not len(rows):
            return np.zeros(0, dtype=np.int64), np.zeros((0, 3))
        now = self.flights.at(time_s, rows)
        near: list[list[int]] = [list(self.tree.query_ball_point(place, 1.5 * REACH_M)) for place in now]
        station = np.array([s for each in near for s in each], dtype=np.int64)
        pick = np.repeat(np.arange(len(rows)), [len(each) for each in near])
        y = now[pick] - self.places[station]
        velocity = self.flights.velocity_mps[rows][pick]
        u = velocity - WIND_MPS
        yu, yy, uu = (y * u).sum(axis=1), (y * y).sum(axis=1), (u * u).sum(axis=1)
        a = SOUND_MPS**2 - uu
        tau = (np.sqrt(yu * yu + a * yy) - yu) / a
        left = time_s - tau
        source = y - tau[:, None] * velocity
        begin = self.flights.begin_s[rows][pick]
        sound = (left >= begin) & (left < begin + LIFE_S) & ((source * source).sum(axis=1) <= REACH_M**2)
        for target, count in zip(*np.unique(rows[pick[sound]], return_counts=True), strict=True):
            if count >= 3:
                self.reached_s.setdefault(int(target), time_s)
        hit = np.flatnonzero(sound & (self.rng.random(len(sound)) < HEARS))
        return station[hit], (y - tau[:, None] * u)[hit]

    def scan(self, time_s: float) -> Scan:
        """One second of all stations, each with its look."""
        rng, count = self.rng, len(self.places)
        station, way = self.heard(time_s)
        azimuth = np.arctan2(way[:, 0], way[:, 1]) + SIGMA_RAD * rng.standard_normal(len(way))
        elevation = np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1])) + SIGMA_RAD * rng.standard_normal(len(way))
        false = int(rng.poisson(FALSE_HZ * count))
        station = np.concatenate([station, rng.integers(0, count, false)])
        azimuth = np.concatenate([azimuth, rng.uniform(0.0, 2.0 * np.pi, false)])
        elevation = np.concatenate([elevation, np.abs(0.2 * rng.standard_normal(false))])
        order = np.argsort(station, kind="stable")
        values = {"azimuth_rad": azimuth[order] % (2.0 * np.pi), "elevation_rad": elevation[order]}
        time_ns = round(time_s * SECOND_NS)
        ends, nan = np.full(count, time_ns), np.full(count, np.nan)
        index = np.arange(count, dtype=np.int32)
        sweeps = Sweeps(index, np.full(count, -1), ends - SECOND_NS, ends, nan, nan.copy(), np.ones(count, np.bool_))
        times = np.full(len(order), time_ns)
        return Scan(
            "net",
            time_ns,
            self.names,
            sweeps,
            Detections(station[order].astype(np.int32), times, times.copy(), values),
        )


@dataclass
class Tally:
    """What was found, second by second."""

    flights: Flights
    found_s: dict[int, float] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    true: set[int] = field(default_factory=set)
    errors: list[float] = field(default_factory=list)

    def count(self, picture: Picture, time_s: float) -> None:
        """Take in the picture of one second."""
        shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
        self.confirmed.update(int(number) for number in picture.track[shown])
        rows = self.flights.alive(time_s, 30.0)
        if not len(rows) or not len(picture):
            return
        at = self.flights.at(time_s, rows)
        answer = cKDTree(at).query(picture.position_m)
        off, which = np.asarray(answer[0]), np.asarray(answer[1])
        self.true.update(int(number) for number in picture.track[off <= FALSE_M])
        near = shown & (off <= FOUND_M)
        self.errors.extend(off[near].tolist())
        for target in np.unique(which[near]):
            self.found_s.setdefault(int(rows[target]), time_s)


def run(count: int, seconds: int, alive: int, seed: int = 1) -> None:
    """One network through a stretch of time."""
    rng = np.random.default_rng(seed)
    places = stations(count, rng)
    flights = Flights.drawn(alive, seconds, places, rng)
    world, tally = World(places, flights, rng), Tally(flights)
    begin = time.process_time()
    tracker = Tracker(site(places))
    made_s, spent_s, rows, most = time.process_time() - begin, 0.0, 0, 0
    for k in range(seconds):
        time_s = BEGIN_S + k
        scan = world.scan(time_s)
        rows += len(scan.detections)
        begin = time.process_time()
        tracker.advance(scan)
        tracker.tick(round((time_s + 0.3) * SECOND_NS))
        spent_s += time.process_time() - begin
        tally.count(tracker.picture(scan.received_ns), time_s)
        most = max(most, tracker.counters()["components"])
    due = [t for t, s in world.reached_s.items() if BEGIN_S + 5.0 < s < BEGIN_S + seconds - FOUND_S]
    soon = [t for t in due if tally.found_s.get(t, np.inf) <= world.reached_s[t] + FOUND_S]
    false = len(tally.confirmed - tally.true)
    hours = seconds / 3600.0 * count / 1000.0
    counters = tracker.counters()
    print(f"{count} stations, {alive} targets at a time, {seconds} s simulated, {rows} bearings, seed {seed}")
    print(f"  {seconds / spent_s:.1f} times real time on one core ({spent_s:.1f} s; {made_s:.1f} s to begin)")
    print(f"  components: {most} at most; births {counters['births']}; looks {counters['looks']}")
    if due:
        waits = [tally.found_s[t] - world.reached_s[t] for t in due if t in tally.found_s]
        print(f"  found within {FOUND_S:.0f} s of three stations' reach: {len(soon)} of {len(due)}", end=" ")
        print(f"({100.0 * len(soon) / len(due):.1f} %), median {np.median(waits):.0f} s; {len(waits)} ever")
    if tally.errors:
        print(f"  error of confirmed tracks: median {np.median(tally.errors):.0f} m")
    bound = _upper(false)
    print(
        f"  false confirmed tracks: {false} in {hours:.2f} thousand station hours: {false / hours:.2f} per hour", end=""
    )
    print(f" and 1,000 stations (at most {bound / hours:.2f} with 95 %)", flush=True)


def order(count: int, seconds: int, alive: int, seeds: list[int]) -> None:
    """The same bearings by the same stations, which the site declares in another order: GOSPA (c = 1 km, p = 2)."""
    means = np.zeros((len(seeds), ORDERS))
    for row, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        places = stations(count, rng)
        flights = Flights.drawn(alive, seconds, places, rng)
        world, declared = World(places, flights, rng), site(places)
        scans = [world.scan(BEGIN_S + k) for k in range(seconds)]
        for turn in range(ORDERS):
            chosen = np.arange(count) if turn == 0 else np.random.default_rng([seed, turn]).permutation(count)
            tracker = Tracker(replace(declared, sensors=tuple(declared.sensors[i] for i in chosen)))
            means[row, turn] = _followed(tracker, scans, flights)
        off = 100.0 * np.abs(means[row] / means[row].mean() - 1.0).max()
        print(f"  seed {seed}: GOSPA {means[row].round(1).tolist()} m, by up to {off:.2f} % off their mean", flush=True)
    pooled = means.mean(axis=0)
    off = 100.0 * np.abs(pooled / pooled.mean() - 1.0).max()
    print(f"{count} stations, {alive} targets, {seconds} s, {len(seeds)} seeds: of all, by up to {off:.2f} %")


def _followed(tracker: Tracker, scans: list[Scan], flights: Flights) -> float:
    """Mean GOSPA from half a minute on."""
    scores = []
    for k, scan in enumerate(scans):
        tracker.advance(scan)
        tracker.tick(scan.received_ns + round(0.3 * SECOND_NS))
        picture = tracker.picture(scan.received_ns)
        shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
        if k >= 30:
            rows = flights.alive(BEGIN_S + k)
            scores.append(_gospa(flights.at(BEGIN_S + k, rows), picture.position_m[shown]))
    return float(np.mean(scores))


def _gospa(truth: Floats, found: Floats) -> float:
    cost = np.minimum(cdist(truth, found), GOSPA_M) ** 2
    i, j = linear_sum_assignment(cost)
    near = cost[i, j] < GOSPA_M**2
    left = len(truth) + len(found) - 2 * int(near.sum())
    return float(np.sqrt(cost[i, j][near].sum() + GOSPA_M**2 / 2.0 * left))


def _upper(count: int) -> float:
    """The largest mean of a Poisson count that would give so few with 5 %."""
    return float(0.5 * chi2.ppf(0.95, 2 * (count + 1)))


def finders(runs: int) -> None:
    """Four radio direction finders around a field of 60 km, one emitter that crosses it; a bearing each every 5 s."""
    corners = np.array([[-30.0, -30.0], [30.0, -30.0], [30.0, 30.0], [-30.0, 30.0]]) * 1_000.0
    sigma = radians(2.0)
    sensors = tuple(
        Sensor(
            f"finder {k}",
            "direction",
            east_m=float(e),
            north_m=float(n),
            up_m=20.0,
            sigma={"azimuth_rad": sigma},
            detection_probability=0.7,
            clutter_per_scan=0.05,
            max_range_m=80_000.0,
            period_s=5.0,
            reporting="event",
        )
        for k, (e, n) in enumerate(corners)
    )
    waits, errors, false = [], [], 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        tracker = Tracker(Settings(frame=Frame("local", 3), sensors=sensors))
        start, heading = rng.uniform(-2e4, 2e4, 2), rng.uniform(0.0, 2.0 * np.pi)
        velocity = 45.0 * np.array([np.sin(heading), np.cos(heading)])
        found = np.inf
        for k in range(60):
            time_ns = round((BEGIN_S + 5.0 * k) * SECOND_NS)
            at = start + velocity * 5.0 * k
            tracker.advance(_bearings(tuple(sensor.name for sensor in sensors), at - corners, sigma, time_ns, rng))
            tracker.tick(time_ns + SECOND_NS)
            picture = tracker.picture(time_ns)
            off = np.linalg.norm(picture.position_m[:, :2] - at, axis=1)[picture.state == TrackState.CONFIRMED]
            false += int((off > 10_000.0).any())
            if len(off) and off.min() < 3_000.0:
                found = min(found, 5.0 * k)
                if k >= 30:
                    errors.append(float(off.min()))
        waits.append(found)
    print(f"4 direction finders, {runs} runs of 300 s: found in {np.isfinite(waits).sum()}", end=", ")
    print(f"after {np.median(waits):.0f} s (median); error from 150 s on: median {np.median(errors):.0f} m")
    print(f"  with another confirmed track 10 km off in {false} of {60 * runs} looks")


def _bearings(names: tuple[str, ...], way: Floats, sigma: float, time_ns: int, rng: np.random.Generator) -> Scan:
    """What the finders tell of an emitter `way` (4, 2) from each, and false bearings."""
    hit, extra = np.flatnonzero(rng.random(4) < 0.7), np.flatnonzero(rng.random(4) < 0.05)
    azimuth = np.arctan2(way[hit, 0], way[hit, 1]) + sigma * rng.standard_normal(len(hit))
    azimuth = np.concatenate([azimuth, rng.uniform(0.0, 2.0 * np.pi, len(extra))]) % (2.0 * np.pi)
    who = np.concatenate([hit, extra]).astype(np.int32)
    ends, nan = np.full(len(who), time_ns), np.full(len(who), np.nan)
    index = np.arange(len(who), dtype=np.int32)
    sweeps = Sweeps(who, np.full(len(who), -1), ends, ends, nan, nan.copy(), np.zeros(len(who), np.bool_))
    return Scan("df", time_ns, names, sweeps, Detections(index, ends, ends.copy(), {"azimuth_rad": azimuth}))


def main() -> None:
    """One measurement."""
    what, numbers = sys.argv[1], [int(word) for word in sys.argv[2:]]
    warm()
    match what:
        case "network" | "silence":
            alive = 0 if what == "silence" else 100 if numbers[0] > 2000 else 10
            for seed in numbers[2:] or [1]:
                run(numbers[0], numbers[1], alive, seed)
        case "order":
            order(numbers[0], numbers[1], 100 if numbers[0] > 2000 else 10, numbers[2:] or [1])
        case "finders":
            finders(numbers[0])
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
