"""Tracks that were lost: kept for half an hour, shown for a minute, and taken up again by those that continue them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.models.model import Model
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Events

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
    kind: Floats  # (N,) probability of each class


@dataclass(slots=True)
class Lifecycle:
    """Lost tracks and who continues whom. All of it is state, but for a table of what is in `lost`."""

    lost: dict[int, Lost] = field(default_factory=dict)
    continues: dict[int, tuple[int, float]] = field(default_factory=dict)  # number: (lost number, probability)
    _table: Floats = field(default_factory=lambda: np.zeros((64, 15)), repr=False)  # mean, variances, ties of each
    _times: Ints = field(default_factory=lambda: np.zeros(64, dtype=np.int64), repr=False)
    _known: tuple[int, ...] = field(default=(), repr=False)  # the numbers in the table
    _oldest_ns: int = 2**62  # no lost track is older
    stale: bool = True  # a track may be gone since `forget` looked; no state: to look once more changes nothing

    def copy(self) -> "Lifecycle":
        """A copy that goes its own way; lost tracks are never written to."""
        return Lifecycle(dict(self.lost), dict(self.continues))

    def end(self, lost: Lost) -> None:
        """A track left; remember it."""
        self.lost[lost.number] = lost
        self._oldest_ns = min(self._oldest_ns, lost.time_ns)
        while len(self.lost) > LOST_MAX:
            del self.lost[next(iter(self.lost))]

    def hear(self, events: Events, count: int, model: Model, tell: Callable[..., None]) -> None:
        """What happened to tracks, in order; what is news of it is told by `tell` (state.tell)."""
        for e in range(count):
            tag, x, p = events.tag[e], events.x[e], events.p[e]
            kind, time_ns, number = int(tag[c.EVENT_KIND]), int(tag[c.EVENT_TIME]), int(tag[c.EVENT_NUMBER])
            if kind == c.E_CONFIRMED and tag[c.EVENT_AGAIN]:
                tell(time_ns, "track", number, "confirmed again")
            elif kind == c.E_CONFIRMED:
                text = "confirmed" + self.begin(number, time_ns, x, p, model)
                tell(time_ns, "track", number, text, self.continues.get(number, (0,))[0])
            elif kind == c.E_LOST:
                tell(time_ns, "track", number, "lost")
            else:
                self.stale = True
                if tag[c.EVENT_TAG + c.STATE] == c.LOST:
                    self.end(lost_row(tag, x, p, events.kind[e]))

    def _lost_table(self) -> tuple[Floats, Ints]:
        """Moments (n, 15) and times (n,) of the lost tracks, in their order; only what is new is looked at."""
        numbers = tuple(self.lost)
        kept = len(self._known) if numbers[: len(self._known)] == self._known else 0
        if len(numbers) > len(self._table):
            self._table, self._times = np.zeros((2 * len(numbers), 15)), np.zeros(2 * len(numbers), dtype=np.int64)
            kept = 0
        for row in range(kept, len(numbers)):
            lost = self.lost[numbers[row]]
            self._table[row, :6], self._table[row, 6:12] = lost.x, lost.p.diagonal()
            self._table[row, 12:], self._times[row] = lost.p.diagonal(3), lost.time_ns
        self._known = numbers
        return self._table[: len(numbers)], self._times[: len(numbers)]

    def begin(self, number: int, time_ns: int, x: Floats, p: Floats, model: Model) -> str:
        """A new track was confirmed: does it continue a lost one, or none of them? Says so, {} the lost one."""
        if not self.lost:
            return ""
        table, times = self._lost_table()
        age = (time_ns - times) / SECOND_NS
        near = _within(table, age, x, p, _agile(model))
        if not len(near):
            return ""
        known = _likelihoods(table[near], age[near], x, p, model)
        total = float(known.sum())
        if total <= 0.0:
            return ""
        best = int(known.argmax())
        # "none of them": a target that was never seen, with the model's density and speed
        none = model.unseen_per_m2 / (2.0 * math.pi * model.speed_mps**2) * 1e3
        probability = float(known[best]) / (total + none)
        if probability >= CONTINUES_MIN:
            before = self._known[near[best]]
            self.continues[number] = (before, probability)
            del self.lost[before]
            self.stale = True
            return f"; continues {{}} with probability {probability:.2f}"
        return ""

    def forget(self, time_ns: int, numbers: Callable[[], Ints]) -> None:
        """Let go of what is older than half an hour, and of what was continued by tracks that are gone."""
        if self.stale or time_ns - self._oldest_ns > KEPT_NS:
            self.lost = {n: lost for n, lost in self.lost.items() if time_ns - lost.time_ns <= KEPT_NS}
            self._oldest_ns = min((lost.time_ns for lost in self.lost.values()), default=2**62)
            self.stale = False
            if self.continues:
                keep = set(numbers().tolist()) | set(self.lost)
                self.continues = {n: of for n, of in self.continues.items() if n in keep}

    def shown(self, time_ns: int) -> list[Lost]:
        """The lost tracks that the picture still shows."""
        lately = [lost for lost in self.lost.values() if 0 <= time_ns - lost.time_ns <= SHOWN_NS]
        return sorted(lately, key=attrgetter("number"))


def _agile(model: Model) -> float:
    """Noise of the most agile mode: a lost track may have turned."""
    return max((mode.noise for mode in model.modes if not mode.along and not mode.mass_per_drag), default=1.0)


def _within(lost: Floats, age: Floats, x: Floats, p: Floats, noise: float) -> Ints:
    """The lost tracks whose first coordinate alone does not speak against it: a few of hundreds, as `_likelihoods`."""
    dt = np.maximum(age, 0.0)
    off = x[0] - (lost[:, 0] + dt * lost[:, 3])
    v = lost[:, 6] + dt * (2.0 * lost[:, 12] + dt * lost[:, 9]) + noise * dt**3 / 3.0 + p[0, 0] + 1.0
    return np.flatnonzero(off * off <= CONTINUES_GATE * v)


def _likelihoods(lost: Floats, age: Floats, x: Floats, p: Floats, model: Model) -> Floats:
    """(n,) the density of a new track's place and velocity if it were each lost one, times that one's survival.

    lost (n, 15): mean, variances, and covariances of place with velocity, of each lost track, `age` (n,) s ago.

    Axis by axis: what ties place to velocity matters little against the noise.
    """
    dt = np.maximum(age, 0.0)[:, None]
    mean, variance, tie = lost[:, :6], lost[:, 6:12], lost[:, 12:]
    noise = _agile(model)
    place = mean[:, :3] + dt * mean[:, 3:]
    grown = variance[:, :3] + dt * (2.0 * tie + dt * variance[:, 3:]) + noise * dt**3 / 3.0
    v = grown + p.diagonal()[:3] + 1.0
    w = variance[:, 3:] + noise * dt + p.diagonal()[3:] + 1.0
    d2 = ((x[:3] - place) ** 2 / v + (x[3:] - mean[:, 3:]) ** 2 / w).sum(axis=1)
    density = np.exp(-dt[:, 0] / model.survival_s - 0.5 * d2) / np.sqrt((v * w).prod(axis=1)) / (2.0 * math.pi) ** 3
    return np.asarray(np.where((d2 <= CONTINUES_GATE) & (age >= 0.0), 1e3 * density, 0.0))


def lost_row(tag: Ints, x: Floats, p: Floats, kind: Floats) -> Lost:
    """A lost track of an event's columns."""
    component = tag[c.EVENT_TAG :]
    return Lost(int(tag[c.EVENT_NUMBER]), int(tag[c.EVENT_TIME]), x.copy(), p.copy(), component.copy(), kind.copy())
