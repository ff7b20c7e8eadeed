"""What each track has done lately, as far as it tells where it goes: its leg, its circles, and its goals by Bayes.

Goals: of a mover that seeks goal g, courses gather around the bearing to g; of one that goes elsewhere they point
anywhere. The evidence of one leg is one piece of evidence, however often it is looked at, so the likelihood of each
look is raised to the power dt / EVIDENCE_S (a tempered likelihood: Grunwald, "The Safe Bayesian", 2012).
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tocsin.forecast.areas import Areas
from tocsin.forecast.legs import ELSEWHERE_MIN
from tocsin.messages import Flags, Floats, Ints

TURNED_RAD: Final = np.radians(20.0)  # a course this far from the leg's mean begins a new leg
SETTLE_S: Final = 30.0  # how long a leg's mean course is averaged over
EVIDENCE_S: Final = 90.0  # a course held for so long is one piece of evidence for where it leads
FORGET_S: Final = 1800.0  # evidence fades: minds change
NEAR_RAD: Final = np.radians(12.0)  # spread of courses around the bearing to the goal
DETOUR: Final = 0.35  # of the time even a mover with a goal flies some other way
CIRCLE_S: Final = 150.0  # a circle shows itself over so long
WATCHED: Final = 0.5  # of that time it must have been in sight
CIRCLED: Final = 0.45  # below this share of the way flown, the way gained was in circles
PRIOR_M: Final = 300_000.0  # nearer goals are likelier from the start


@dataclass(slots=True)
class Courses:
    """State, a row for each track of the picture, sorted by number."""

    goals: int
    number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    time_ns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    course: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # mean unit vector of the leg
    flown_m: Floats = field(default_factory=lambda: np.zeros(0))  # on this leg
    gained: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m, fading sum of the way gained
    way_m: Floats = field(default_factory=lambda: np.zeros(0))  # fading sum of the way flown
    seen_s: Floats = field(default_factory=lambda: np.zeros(0))  # fading sum of the time looked at
    centre: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m, fading mean of the place
    logs: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # (n, goals) log of likelihood over "elsewhere"

    def follow(self, number: Ints, time_ns: int, place: Floats, velocity: Floats, areas: Areas) -> None:
        """Take in where tracks are now: number (n,) ascending, place and velocity (n, 2) in the plane."""
        self._keep(number, time_ns, place, velocity)
        dt = ((time_ns - self.time_ns) * 1e-9).astype(np.float64)
        self.time_ns[:] = time_ns
        speed = np.hypot(*velocity.T)
        heading: Floats = velocity / np.maximum(speed, 0.1)[:, None]
        turned = (heading * self.course).sum(axis=1) < np.cos(TURNED_RAD) * np.maximum(np.hypot(*self.course.T), 1e-9)
        share = 1.0 - np.exp(-dt / SETTLE_S)
        self.course += share[:, None] * (heading - self.course)
        self.course[turned] = heading[turned]
        self.flown_m = np.where(turned, 0.0, self.flown_m + speed * dt)
        keep = np.exp(-dt / CIRCLE_S)
        self.gained = keep[:, None] * self.gained + velocity * dt[:, None]
        self.way_m = keep * self.way_m + speed * dt
        self.seen_s = keep * self.seen_s + dt
        self.centre += (1.0 - keep)[:, None] * (place - self.centre)
        self._weigh(dt, place, heading, areas)

    def circling(self) -> Flags:
        """(n,) True where a track has flown in circles for a while."""
        gained_m = np.hypot(*self.gained.T)
        return np.asarray((self.seen_s > WATCHED * CIRCLE_S) & (gained_m < CIRCLED * self.way_m))

    def weights(self, seeks: Floats, place: Floats, areas: Areas) -> Floats:
        """(n, g + 1) chance of each goal, "elsewhere" last and never below ELSEWHERE_MIN. `seeks` (n,): see legs."""
        if not len(areas):
            return np.ones((len(self.number), 1))
        away = np.hypot(*np.moveaxis(areas.middle - place[:, None], -1, 0))
        prior = np.exp(-away / PRIOR_M)
        prior *= (seeks / np.maximum(prior.sum(axis=1), 1e-300))[:, None]
        goal = prior * np.exp(self.logs)
        elsewhere = 1.0 - seeks
        total = goal.sum(axis=1)
        chance = np.minimum(total / (total + elsewhere), 1.0 - ELSEWHERE_MIN)
        return np.column_stack([goal * (chance / np.maximum(total, 1e-300))[:, None], 1.0 - chance])

    def _weigh(self, dt: Floats, place: Floats, heading: Floats, areas: Areas) -> None:
        """Bayes for goals: how much likelier this course is for a mover that seeks each goal than for any other."""
        ahead = areas.middle - place[:, None]
        away = np.maximum(np.hypot(*np.moveaxis(ahead, -1, 0)), 1.0)
        off = np.arccos(np.clip((ahead * heading[:, None]).sum(axis=-1) / away, -1.0, 1.0))
        wide = np.hypot(NEAR_RAD, np.arctan2(areas.reach, away))  # a goal near by is wide
        near = np.sqrt(2.0 / np.pi) / wide * np.exp(-0.5 * (off / wide) ** 2)  # of an angle from 0 to pi
        likelihood = DETOUR + (1.0 - DETOUR) * near * np.pi  # over 1 / pi: any course
        fade, power = np.exp(-dt / FORGET_S)[:, None], (dt / EVIDENCE_S)[:, None]
        self.logs = fade * self.logs + power * np.log(likelihood)

    def _keep(self, number: Ints, time_ns: int, place: Floats, velocity: Floats) -> None:
        """Rows for these tracks: those that were known keep what is known of them."""
        known = np.isin(number, self.number)
        old = np.searchsorted(self.number, number[known])
        n = len(number)
        fresh: dict[str, Any] = {
            "number": number.copy(),
            "time_ns": np.full(n, time_ns, dtype=np.int64),
            "course": velocity / np.maximum(np.hypot(*velocity.T), 0.1)[:, None],
            "flown_m": np.zeros(n),
            "gained": np.zeros((n, 2)),
            "way_m": np.zeros(n),
            "seen_s": np.zeros(n),
            "centre": place.copy(),
            "logs": np.zeros((n, self.goals)),
        }
        for name, column in fresh.items():
            if name != "number" and len(old):
                column[known] = getattr(self, name)[old]
            setattr(self, name, column)
