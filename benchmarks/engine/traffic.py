"""Traffic that every tracker is given alike, and how each one's output is scored: GOSPA and identity switches."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.traffic import (
    DEATH,
    FIRST_SCORED,
    NOISE,
    SCENARIOS,
    SECOND_NS,
    SIGMA_M,
    STEPS,
    Scenario,
    Sky,
    assess,
    look,
)

__all__ = ["EVERY", "SECOND_NS", "Result", "Traffic", "look", "make", "score"]
from tocsin.messages import Floats

OWN = {
    "crossing": Scenario(3, 10e6, 0.5, 0.9, 2.0),  # pairs that meet at 10 to 30 degrees in the middle
    "formation": Scenario(4, 10e6, 0.5, 0.9, 4.0),  # fours, 150 m apart
}
EVERY = SCENARIOS | OWN
SPACING_M = 150.0
PEER_GATE = {"base": 5.0}  # Stone Soup's, in sigma; 3 elsewhere: the better of 3, 4 and 5 on seed 1


@dataclass(frozen=True, eq=False)
class Traffic:
    """One sky: detections of each scan, and where each target was."""

    name: str
    n: int
    seed: int
    side_m: float
    scans: list[Floats]  # (m, 2) each
    truth: list[dict[int, Floats]]  # x, vx, y, vy of each target

    @property
    def scenario(self) -> Scenario:
        """What made it."""
        return EVERY[self.name]

    @property
    def clutter(self) -> float:
        """Expected false detections of a scan."""
        return max(5.0, self.scenario.clutter * self.n)

    @property
    def detections(self) -> int:
        """All of them."""
        return sum(len(z) for z in self.scans)

    def save(self, path: Path) -> None:
        """What a peer may know."""
        one = self.scenario
        told = {"period_s": one.period_s, "pd": one.pd, "clutter": self.clutter, "area_m2": self.side_m**2}
        told |= {"sigma_m": SIGMA_M, "noise": NOISE, "speed_max_mps": 250.0, "death": DEATH}
        told["gate"] = PEER_GATE.get(self.name, 3.0)
        step = np.repeat(np.arange(len(self.scans)), [len(z) for z in self.scans])
        np.savez_compressed(path, step=step, place=np.concatenate(self.scans), told=json.dumps(told))


@dataclass(frozen=True, slots=True)
class Result:
    """How one tracker did on one sky."""

    gospa_m: float
    switches: int
    rate: float  # detections per processor second
    targets: float  # shown, for each that flew


def make(name: str, n: int, seed: int) -> Traffic:
    """The traffic of a scenario: the same for the same seed, as benchmarks/traffic.py makes it."""
    scenario = EVERY[name]
    rng = np.random.default_rng([seed, n, scenario.index])
    sky = _crossing(n, rng, scenario) if name == "crossing" else _formation(n, rng, scenario)
    side = float(np.sqrt(n * scenario.area_m2))
    if name in SCENARIOS:
        sky = _flying(Sky(scenario, n, rng))
    scans, truth = [], []
    for alive in sky:
        seen = [s[[0, 2]] + SIGMA_M * rng.standard_normal(2) for s in alive.values() if rng.random() < scenario.pd]
        false = rng.uniform(0.0, side, (rng.poisson(max(5.0, scenario.clutter * n)), 2))
        scans.append(rng.permutation(np.concatenate([np.array(seen).reshape(-1, 2), false])))
        truth.append({i: s.copy() for i, s in alive.items()})
    return Traffic(name, n, seed, side, scans, truth)


def _flying(sky: Sky) -> Iterator[dict[int, Floats]]:
    for k in range(STEPS):
        if k:
            sky.step()
        yield sky.alive


def _moved(start: Floats, rng: np.random.Generator, scenario: Scenario, noise: float) -> Iterator[dict[int, Floats]]:
    """States (n, 4) that fly on, all of them to the end."""
    t = scenario.period_s
    f = np.kron(np.eye(2), np.array([[1.0, t], [0.0, 1.0]]))
    root = np.linalg.cholesky(np.kron(np.eye(2), noise * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]])))
    x = start
    for k in range(STEPS):
        if k:
            x = x @ f.T + rng.standard_normal(x.shape) @ root.T
        yield dict(enumerate(x))


def _crossing(n: int, rng: np.random.Generator, scenario: Scenario) -> Iterator[dict[int, Floats]]:
    """Pairs, each in a cell of its own, whose lines cross at a small angle at half time, within a few sigma."""
    side, half = float(np.sqrt(n * scenario.area_m2)), 0.5 * STEPS * scenario.period_s
    states = []
    for _ in range(n // 2):
        meet, heading = rng.uniform(0.25 * side, 0.75 * side, 2), rng.uniform(0.0, 2.0 * np.pi)
        angle, speed = np.radians(rng.uniform(10.0, 30.0)), rng.uniform(40.0, 80.0)
        for sign in (-0.5, 0.5):
            v = speed * np.array([np.cos(heading + sign * angle), np.sin(heading + sign * angle)])
            p = meet - half * v + SIGMA_M * rng.standard_normal(2)
            states.append([p[0], v[0], p[1], v[1]])
    return _moved(np.array(states), rng, scenario, 0.01)


def _formation(n: int, rng: np.random.Generator, scenario: Scenario) -> Iterator[dict[int, Floats]]:
    """Fours that fly side by side."""
    side, half = float(np.sqrt(n * scenario.area_m2)), 0.5 * STEPS * scenario.period_s
    states = []
    for _ in range(n // 4):
        centre, heading, speed = rng.uniform(0.0, side, 2), rng.uniform(0.0, 2.0 * np.pi), rng.uniform(60.0, 200.0)
        v = speed * np.array([np.cos(heading), np.sin(heading)])
        for place in range(4):
            p = centre - half * v + SPACING_M * (place - 1.5) * np.array([-np.sin(heading), np.cos(heading)])
            states.append([p[0], v[0], p[1], v[1]])
    return _moved(np.array(states), rng, scenario, 0.01)


def score(traffic: Traffic, step: np.ndarray, number: np.ndarray, place: Floats, seconds: float) -> Result:
    """A tracker's rows against the truth: mean of GOSPA / sqrt(targets) (c = 100 m, p = 2) from the sixth scan on."""
    last: dict[int, int] = {}
    scores, switches, shown = [], 0, 0.0
    for k, alive in enumerate(traffic.truth):
        rows = step == k
        one, changed = assess(alive, number[rows], place[rows], last)
        switches += changed
        if k >= FIRST_SCORED:
            scores.append(one)
            shown += rows.sum() / max(len(alive), 1) / (STEPS - FIRST_SCORED)
    return Result(float(np.mean(scores)), switches, traffic.detections / max(seconds, 1e-9), float(shown))
