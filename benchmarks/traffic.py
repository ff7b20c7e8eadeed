"""Air traffic over a square, as peers are measured on: GOSPA, identity switches, detections per processor second.

    python benchmarks/traffic.py base 100 11      scenario, targets, seed

base: 10 km2 a target, a tenth as much clutter, Pd 0.9, 4 s. dense: 2 km2, as much clutter as targets, Pd 0.8, 4 s.
dense1s: as dense, 1 s. 50 scans; targets die, leave over the edge and are born, sigma 10 m, acceleration noise 1 m2/s3.
GOSPA (p = 2, c = 100 m) is the mean of GOSPA / sqrt(targets) from the sixth scan on. The tracker's settings were chosen
on seed 1 and are the same for all: quote other seeds.
"""

import sys
import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from tocsin.messages import Detections, Floats, Ints, Scan, Sweeps, TrackState
from tocsin.models.model import Mode, Model
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking import warm
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
STEPS, SIGMA_M, NOISE, DEATH = 50, 10.0, 1.0, 0.005
FIRST_SCORED = 5
CUT_OFF_M = 100.0


@dataclass(frozen=True)
class Scenario:
    """What makes one kind of traffic."""

    index: int
    area_m2: float  # of each target
    clutter: float  # false detections for each target
    pd: float
    period_s: float


SCENARIOS = {
    "base": Scenario(0, 10e6, 0.1, 0.9, 4.0),
    "dense": Scenario(1, 2e6, 1.0, 0.8, 4.0),
    "dense1s": Scenario(2, 2e6, 1.0, 0.8, 1.0),
}


class Sky:
    """Targets that fly, die, leave and are born."""

    def __init__(self, scenario: Scenario, n: int, rng: np.random.Generator) -> None:
        self.rng, self.side = rng, float(np.sqrt(n * scenario.area_m2))
        t = scenario.period_s
        self.f = np.array([[1.0, t], [0.0, 1.0]])
        self.root = np.linalg.cholesky(NOISE * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]]))
        self.alive: dict[int, Floats] = {}
        self.next = self.pending = 0
        for _ in range(n):
            self.add(at_edge=False)

    def add(self, *, at_edge: bool) -> None:
        """One more target: inside, or flying in over an edge."""
        speed, rng = self.rng.uniform(30.0, 250.0), self.rng
        if at_edge:
            side, along = int(rng.integers(4)), rng.uniform(0.0, self.side)
            place = [(0.0, along), (self.side, along), (along, 0.0), (along, self.side)][side]
            heading = [0.0, np.pi, np.pi / 2, -np.pi / 2][side] + np.arcsin(rng.uniform(-1.0, 1.0))
        else:
            place = tuple(rng.uniform(0.0, self.side, 2))
            heading = rng.uniform(0.0, 2.0 * np.pi)
        state = np.array([place[0], speed * np.cos(heading), place[1], speed * np.sin(heading)])
        self.alive[self.next] = state
        self.next += 1

    def step(self) -> None:
        """One scan period."""
        for i, state in list(self.alive.items()):
            for a in (0, 2):
                state[a : a + 2] = self.f @ state[a : a + 2] + self.root @ self.rng.standard_normal(2)
            inside = 0.0 <= state[0] <= self.side and 0.0 <= state[2] <= self.side
            if not inside or self.rng.random() < DEATH:
                del self.alive[i]
                self.pending += 1
        born = int(self.rng.binomial(self.pending, 0.3))
        for _ in range(born):
            self.add(at_edge=bool(self.rng.random() < 0.7))
        self.pending -= born


def tracker_of(scenario: Scenario, n: int, side: float) -> Tracker:
    """The tracker with the settings of this benchmark."""
    clutter = max(5.0, scenario.clutter * n)
    model = Model(
        (Mode("steady", NOISE, NOISE),),
        survival_s=scenario.period_s / 0.02,  # deaths, and those who leave
        clutter_per_m2=clutter / side**2,
        unseen_per_m2=0.02 * n / side**2,
        speed_mps=110.0,
        learns_rates=True,
    )
    sigma = {"east_m": SIGMA_M, "north_m": SIGMA_M}
    sensor = Sensor("bench", "position", sigma=sigma, detection_probability=scenario.pd, clutter_per_scan=clutter)
    return Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0)), model)


def look(time_ns: int, z: Floats) -> Scan:
    """All detections of one scan."""
    times, one, nan = np.full(len(z), time_ns), np.full(1, time_ns), np.full(1, np.nan)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    columns = {"east_m": z[:, 0].copy(), "north_m": z[:, 1].copy()}
    return Scan("bench", time_ns, ("bench",), sweeps, Detections(np.zeros(len(z), np.int32), times, times, columns))


def assess(truth: dict[int, Floats], number: Ints, place: Floats, last: dict[int, int]) -> tuple[float, int]:
    """GOSPA / sqrt(targets) of one scan, and how many targets have another number than before (kept in `last`)."""
    here = np.array([state[[0, 2]] for state in truth.values()]).reshape(-1, 2)
    cost = np.minimum(cdist(here, place), CUT_OFF_M) ** 2
    i, j = linear_sum_assignment(cost)
    near = cost[i, j] < CUT_OFF_M**2
    squared = cost[i, j][near].sum() + CUT_OFF_M**2 / 2.0 * (len(here) + len(place) - 2 * near.sum())
    switches = 0
    targets = list(truth)
    for a, b in zip(i[near], j[near], strict=True):
        switches += last.get(targets[a], int(number[b])) != int(number[b])
        last[targets[a]] = int(number[b])
    return float(np.sqrt(squared / max(len(here), 1))), switches


def run(name: str, n: int, seed: int) -> None:
    """One scenario."""
    scenario = SCENARIOS[name]
    rng = np.random.default_rng([seed, n, scenario.index])
    sky = Sky(scenario, n, rng)
    tracker = tracker_of(scenario, n, sky.side)
    scores: list[float] = []
    switches, count, seconds = 0, 0, 0.0
    last: dict[int, int] = {}
    for k in range(STEPS):
        if k:
            sky.step()
        seen = [s[[0, 2]] + SIGMA_M * rng.standard_normal(2) for s in sky.alive.values() if rng.random() < scenario.pd]
        false = rng.uniform(0.0, sky.side, (rng.poisson(max(5.0, scenario.clutter * n)), 2))
        z = rng.permutation(np.concatenate([np.array(seen).reshape(-1, 2), false]))
        time_ns = round((1.0 + k * scenario.period_s) * SECOND_NS)
        one = look(time_ns, z)
        begin = time.process_time()
        tracker.advance(one)
        tracker.tick(time_ns + 1)
        picture = tracker.picture(time_ns)
        seconds += time.process_time() - begin
        count += len(z)
        shown = (picture.existence >= 0.5) & (picture.state != TrackState.LOST)
        score, changed = assess(sky.alive, picture.track[shown], picture.position_m[shown][:, :2], last)
        switches += changed
        if k >= FIRST_SCORED:
            scores.append(score)
    print(
        f"{name}, {n} targets, seed {seed}: GOSPA/sqrt(n) {np.mean(scores):.1f} m, {switches} switches, "
        f"{count / seconds:,.0f} detections per processor second (pictures drawn)"
    )


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in SCENARIOS:
        sys.exit(__doc__)
    warm()
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
