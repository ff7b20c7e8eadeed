"""How often things appear, and how long they stay: learnt from the tracks that begin and end.

Births and deaths are Poisson with rates that nobody knows. After `begun` births while looks had covered S = sum of
Pd x area, and after `ended` deaths while tracks had lived L seconds together, the rates with gamma priors of weight a

    unseen per m2 = (a + begun) / (a / prior density + S)      deaths per second = (a + ended) / (a x prior life + L)

are the posterior means (Gelman and others, "Bayesian Data Analysis", 2.6). Counts fade with the half-life of what is
learnt of sensors. Targets that were there before the first look began with the picture, and are no births.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.models.model import Model
from tocsin.settings import Sensor, Settings
from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import NEVER, Bank, Looks, Rules

WEIGHT: Final = 1.0  # of what the model says: as one birth and one death
GONE: Final = 0.1  # a track less likely than this has ended
FIRST_LOOKS: Final = 3  # what was there before is found in so many, but for 1 in 1,000 at Pd 0.9


@dataclass(slots=True)
class Census:
    """What was counted, and the rates that follow. State; off where the model's own rates are to be used."""

    on: bool = False
    half_life_s: float = 1200.0
    survival_s: float = 1.0
    density: float = 0.0
    covered_m2: Floats = field(default_factory=lambda: np.zeros(0))  # Pd x area of one look of each sensor
    counts: Floats = field(default_factory=lambda: np.zeros(4))  # begun, covered m2, ended, lived s
    open: Floats = field(default_factory=lambda: np.zeros(2))  # births and deaths expected of what is not sure yet
    looks: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of each sensor, not counted yet
    settled_ns: int = NEVER  # when what was there at the beginning had been found
    ticked_ns: int = NEVER
    known: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # numbers of tracks counted, sorted
    seen: tuple[int, ...] = ()  # `mark` at the last beat: while it is the same, nobody came and nobody left

    @classmethod
    def of(cls, settings: Settings, model: Model) -> "Census":
        """One that has counted nothing."""
        sensors = settings.sensors or (Sensor("none", "report"),)
        area_m2 = np.array([math.pi * sensor.max_range_m**2 for sensor in sensors])
        if model.clutter_per_m2 > 0.0:
            area_m2 = np.array([sensor.clutter_per_scan for sensor in sensors]) / model.clutter_per_m2
        pd = np.array([sensor.detection_probability for sensor in sensors])
        return cls(
            on=model.learns_rates and not model.births and not model.initial,
            half_life_s=settings.learning.half_life_s,
            survival_s=model.survival_s,
            density=model.unseen_per_m2,
            covered_m2=pd * area_m2,
            looks=np.zeros(len(pd), dtype=np.int64),
        )

    def copy(self) -> "Census":
        """A copy that counts by itself."""
        return replace(self, counts=self.counts.copy(), looks=self.looks.copy())

    def look(self, looks: Looks, begin: int, end: int) -> None:
        """Looks [begin, end) were worked."""
        if self.on:
            survey = looks.survey[begin:end] == 1
            self.looks += np.bincount(looks.sensor[begin:end][survey], minlength=len(self.looks))

    def beat(self, time_ns: int, bank: Bank, slots: int, mark: tuple[int, ...]) -> None:
        """Count who came and who left since the last beat; every one alive is given the life that follows.

        `slots`: how many are in use. `mark`: another one once any component was changed; empty: never the same.
        """
        if not self.on:
            return
        dt_s = min((time_ns - self.ticked_ns) / SECOND_NS, 60.0) if self.ticked_ns != NEVER else 0.0
        self.ticked_ns = time_ns
        self.counts *= 0.5 ** (dt_s / self.half_life_s)
        if mark and mark == self.seen:
            self.counts[3] += dt_s * len(self.known)
        else:
            self._count(time_ns, dt_s, bank, np.flatnonzero(bank.tag[:slots, c.ALIVE]))
        self.seen = mark
        bank.num[:slots, c.LIFE] = self.life_s()

    def _count(self, time_ns: int, dt_s: float, bank: Bank, living: Ints) -> None:
        """Who came and who left."""
        number, likely = bank.tag[living, c.NUMBER], bank.num[living, c.EXISTENCE]
        since = self.settled_ns != NEVER and bank.tag[living, c.BORN] > self.settled_ns
        sure = (bank.tag[living, c.STATE] == c.CONFIRMED) & (number > 0)
        counted, at = _among(number, self.known)
        there = np.zeros(len(self.known), dtype=np.bool_)
        there[at[counted & (number > 0) & (likely >= GONE)]] = True
        anew = sure & ~counted
        if self.settled_ns != NEVER:
            self.counts[0] += float((anew & since).sum())
            self.counts[1] += float((self.covered_m2 * self.looks).sum())
            self.looks[:] = 0
        elif self.looks.max() >= FIRST_LOOKS:
            self.settled_ns = time_ns
            self.looks[:] = 0
        self.counts[2] += float((~there).sum())
        self.counts[3] += dt_s * len(self.known)
        if anew.any() or not there.all():
            self.known = np.sort(np.concatenate([self.known[there], number[anew]]))
            counted, _ = _among(number, self.known)
        self.open = np.array([likely[~counted & since].sum(), (1.0 - likely[counted]).sum()])

    def life_s(self) -> float:
        """The mean life that is believed."""
        return float((WEIGHT * self.survival_s + self.counts[3]) / (WEIGHT + self.counts[2] + self.open[1]))

    def unseen_per_m2(self) -> float:
        """How many are believed to be there that nobody has detected yet."""
        return float((WEIGHT + self.counts[0] + self.open[0]) / (WEIGHT / self.density + self.counts[1]))

    def applied(self, rules: Rules) -> Rules:
        """The model's numbers, with what was learnt."""
        if not self.on:
            return rules
        return rules._replace(survival_s=self.life_s(), density=self.unseen_per_m2())

    def digest_of(self) -> list[np.ndarray]:
        """Arrays that say all of it."""
        return [
            self.counts,
            self.open,
            self.looks,
            self.known,
            np.array([self.settled_ns, self.ticked_ns], dtype=np.int64),
        ]

    def dump(self) -> list[Any]:
        """Everything."""
        return [arrays.pack(column) for column in self.digest_of()]

    def load(self, dumped: list[Any]) -> None:
        """Take on the state of a dump."""
        self.counts, self.open, self.looks, self.known, times = (arrays.unpack(column) for column in dumped)
        self.settled_ns, self.ticked_ns = (int(time) for time in times)
        self.seen = ()


def _among(numbers: Ints, known: Ints) -> tuple[Flags, Ints]:
    """Which numbers stand among `known` (sorted), and where."""
    if not len(known):
        return np.zeros(len(numbers), dtype=np.bool_), np.zeros(len(numbers), dtype=np.int64)
    at = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return known[at] == numbers, at
