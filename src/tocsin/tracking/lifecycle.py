"""Tracks that were lost: kept for half an hour, shown for a minute, and taken up again by those that continue them."""

import math
from dataclasses import dataclass, field

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.models.model import Model
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.motion import glide

SECOND_NS = 1_000_000_000
KEPT_NS = 1800 * SECOND_NS
SHOWN_NS = 60 * SECOND_NS
LOST_MAX = 10_000  # the oldest are forgotten first
CONTINUES_GATE = 16.0  # squared Mahalanobis distance of position and velocity, 6-D: 1 in 70 is lost
CONTINUES_MIN = 0.2  # a smaller probability is not worth a word


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A track at the moment when it was lost."""

    number: int
    time_ns: int
    x: Floats  # (6,)
    p: Floats  # (6, 6)
    tag: Ints  # its columns (tracking.kernels.columns)


@dataclass(slots=True)
class Lifecycle:
    """Lost tracks and who continues whom. All of it is state."""

    lost: dict[int, Lost] = field(default_factory=dict)
    continues: dict[int, tuple[int, float]] = field(default_factory=dict)  # number: (lost number, probability)

    def end(self, lost: Lost) -> None:
        """A track left; remember it."""
        self.lost[lost.number] = lost
        while len(self.lost) > LOST_MAX:
            del self.lost[next(iter(self.lost))]

    def begin(self, number: int, time_ns: int, x: Floats, p: Floats, model: Model) -> str:
        """A new track was confirmed: does it continue a lost one, or none of them? Says so in words."""
        ages = {n: (time_ns - lost.time_ns) / SECOND_NS for n, lost in self.lost.items()}
        known = dict.fromkeys(self.lost, 0.0)
        for n, lost in self.lost.items():
            reach = 5.0 * (model.speed_mps * abs(ages[n]) + math.sqrt(max(lost.p[0, 0], lost.p[1, 1], lost.p[2, 2])))
            if ages[n] >= 0.0 and float(np.abs(x[:3] - lost.x[:3]).max()) < reach + 5_000.0:
                known[n] = _likelihood(lost, ages[n], x, p, model)
        best = max(known, key=lambda n: known[n], default=None)
        if best is None or known[best] <= 0.0:
            return ""
        # "none of them": a target that was never seen, with the model's density and speed
        none = model.unseen_per_m2 / (2.0 * math.pi * model.speed_mps**2) * 1e3
        probability = known[best] / (sum(known.values()) + none)
        if probability >= CONTINUES_MIN:
            self.continues[number] = (best, probability)
            del self.lost[best]
            return f"; continues {best} with probability {probability:.2f}"
        return ""

    def forget(self, time_ns: int, numbers: set[int]) -> None:
        """Let go of what is older than half an hour, and of what was continued by tracks that are gone."""
        self.lost = {n: lost for n, lost in self.lost.items() if time_ns - lost.time_ns <= KEPT_NS}
        keep = numbers | set(self.lost)
        self.continues = {n: of for n, of in self.continues.items() if n in keep}

    def shown(self, time_ns: int) -> list[Lost]:
        """The lost tracks that the picture still shows."""
        return [lost for _, lost in sorted(self.lost.items()) if 0 <= time_ns - lost.time_ns <= SHOWN_NS]


def _likelihood(lost: Lost, age_s: float, x: Floats, p: Floats, model: Model) -> float:
    """The density of a new track's horizontal place and velocity if it were this lost one, times its existence.

    Noise as of the most agile mode: a lost track may have turned.
    """
    mean, covariance = lost.x.copy(), lost.p.copy()
    glide(mean, covariance, max(mode.noise for mode in model.modes), age_s)
    d2, scale = 0.0, 1.0
    for axis in range(3):  # axis by axis: what ties place to velocity matters little against the noise
        v = covariance[axis, axis] + p[axis, axis] + 1.0
        w = covariance[3 + axis, 3 + axis] + p[3 + axis, 3 + axis] + 1.0
        d2 += (x[axis] - mean[axis]) ** 2 / v + (x[3 + axis] - mean[3 + axis]) ** 2 / w
        scale *= v * w
    if d2 > CONTINUES_GATE:
        return 0.0
    return math.exp(-age_s / model.survival_s) * math.exp(-0.5 * d2) / math.sqrt(scale) / (2.0 * math.pi) ** 3 * 1e3


def lost_row(tag: Ints, x: Floats, p: Floats) -> Lost:
    """A lost track of an event's columns."""
    component = tag[c.EVENT_TAG :]
    return Lost(int(tag[c.EVENT_NUMBER]), int(tag[c.EVENT_TIME]), x.copy(), p.copy(), component.copy())
