"""What each track has done lately, as far as it tells where it goes: its leg, its circles, and its goals by Bayes.

A leg is flown straight. Its course is known from the way gained since it began and from the mean of the velocities
lately, whichever tells it better; a course that leaves them begins a new leg.

Goals. A leg of somebody who seeks goal g points straight at it with chance `aim`, else it leads some other way, by the
turns of its class; of somebody who goes elsewhere it points anywhere. So one leg is one piece of evidence

    L(g) = 0.1 + 0.9 (aim N(off; sigma) + (1 - aim) N(off; turn)) / (1 / pi)

with `off` the angle between course and bearing to g, and sigma how well both are known. A course that points at a place
to within a degree says much: by chance few do. Legs that are over fade (minds change).
A corridor is followed by who is in it and flies along it.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from tocsin.forecast.areas import Areas
from tocsin.forecast.legs import ELSEWHERE_MIN
from tocsin.messages import Flags, Floats, Ints

TURNED_RAD: Final = np.radians(5.0)  # the mean of a while this far from the leg's course: a new leg
SHARP_RAD: Final = np.radians(20.0)  # or one look this far from that mean
SIGMAS: Final = 4.0  # but never within so many sigmas
RECENT_S: Final = 40.0  # courses are averaged over so long
EARLIER_S: Final = 120.0  # what is faster lately than over so long is speeding up
ALIKE_S: Final = 20.0  # a tracker's errors, and a mover's unsteadiness, last about so long
SETTLED_S: Final = 30.0  # a leg says all that it can from here on
STEADY_RAD: Final = np.radians(0.25)  # no course is known better
FORGET_S: Final = 1800.0  # evidence fades: minds change
ANYHOW: Final = 0.1  # of the time even a mover with a goal flies whatever way
CIRCLE_S: Final = 150.0  # a circle shows itself over so long
WATCHED: Final = 0.5  # of that time it must have been in sight
CIRCLED: Final = 0.45  # below this share of the way flown, the way gained was in circles
PRIOR_M: Final = 300_000.0  # nearer goals are likelier from the start
ALONG_RAD: Final = np.radians(8.0)  # spread of courses along a corridor
CORRIDOR_PRIOR: Final = 0.1  # of those who go elsewhere, along each corridor, before anything is seen of them
GOES_ON: Final = 0.6  # of a change of speed [recorded flights: what it was and what it becomes correlate so]
STILL: Final = 0.4  # of the usual change of its class, of one whose speed did not change lately
SLOWEST: Final = 0.3  # of its mean speed lately
FADES_S: Final = np.array([RECENT_S, EARLIER_S])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Where n tracks are now, in the plane: numbers ascending, place m and velocity m/s (n, 2), sigmas (n,)."""

    number: Ints
    place: Floats
    velocity: Floats
    place_sigma: Floats
    velocity_sigma: Floats
    unsteady: Floats  # (n,) rad: how much the course of its class wavers
    aim: Floats  # (n,) chance that a leg points straight at its goal
    turn: Floats  # (n,) rad, sigma of one that does not


@dataclass(slots=True)
class Courses:
    """State, a row for each track of the picture, sorted by number."""

    goals: int
    number: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    time_ns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    anchor: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m, where the leg began
    leg_s: Floats = field(default_factory=lambda: np.zeros(0))  # and how long ago
    flown_m: Floats = field(default_factory=lambda: np.zeros(0))  # on this leg
    recent: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m/s, fading mean velocity
    speed: Floats = field(default_factory=lambda: np.zeros(0))  # m/s, fading mean
    age_s: Floats = field(default_factory=lambda: np.zeros(0))
    paces: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m/s, means that fade in RECENT_S and in EARLIER_S
    course: Floats = field(default_factory=lambda: np.zeros(0))  # rad, of the leg
    sigma: Floats = field(default_factory=lambda: np.zeros(0))  # rad, how well it is known
    gained: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m, fading sum of the way gained
    way_m: Floats = field(default_factory=lambda: np.zeros(0))  # fading sum of the way flown
    seen_s: Floats = field(default_factory=lambda: np.zeros(0))  # fading sum of the time looked at
    centre: Floats = field(default_factory=lambda: np.zeros((0, 2)))  # m, fading mean of the place
    began: Floats = field(default_factory=lambda: np.zeros((0, 4)))  # first place m, course and sigma rad of that leg
    began_ns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    first: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))  # it is still on its first leg
    logs: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # (n, goals) log likelihoods of legs that are over

    def follow(self, now: Seen, time_ns: int, areas: Areas) -> None:
        """Take in where tracks are now."""
        self._keep(now, time_ns)
        dt = ((time_ns - self.time_ns) * 1e-9).astype(np.float64)
        self.time_ns[:] = time_ns
        speed = np.hypot(*now.velocity.T)
        self._circle(now, dt, speed)
        share = 1.0 - np.exp(-dt / RECENT_S)
        self.recent += share[:, None] * (now.velocity - self.recent)
        self.speed += share * (speed - self.speed)
        self.paces += (1.0 - np.exp(-dt[:, None] / FADES_S)) * (speed[:, None] - self.paces)
        self.age_s += dt
        self.leg_s += dt
        self.flown_m += speed * dt
        self.logs *= np.exp(-dt / FORGET_S)[:, None]
        turned = self._turned(now)
        if turned.any():
            said = self._says(now, areas)[0]
            self.logs[turned] += said[turned]
            self.anchor[turned], self.recent[turned] = now.place[turned], now.velocity[turned]
            self.leg_s[turned] = self.flown_m[turned] = 0.0
            self.speed[turned] = speed[turned]
            self.first &= ~turned
        self._settle(now)
        self.began[self.first, 2], self.began[self.first, 3] = self.course[self.first], self.sigma[self.first]

    def _known(self, now: Seen) -> tuple[Floats, Floats, Floats, Floats]:
        """Course of the way gained on the leg, its sigma; that of velocities lately, its sigma; rad, (n,) each."""
        way = now.place - self.anchor
        length = np.hypot(*way.T)
        often = np.maximum(np.minimum(self.leg_s, 2.0 * RECENT_S) / ALIKE_S, 1.0)
        by_speed = np.minimum(now.velocity_sigma / np.maximum(self.speed, 1.0), np.pi / 2)
        lately = np.hypot(now.unsteady, by_speed) / np.sqrt(often)
        steady = now.unsteady * np.sqrt(2.0 * ALIKE_S / (self.leg_s + 2.0 * ALIKE_S))
        gained = np.hypot(steady, np.minimum(np.sqrt(2.0) * now.place_sigma / np.maximum(length, 1.0), np.pi))
        return np.arctan2(*way.T), gained, np.arctan2(*self.recent.T), lately

    def _turned(self, now: Seen) -> Flags:
        """(n,) has it left its leg?"""
        way, gained, mean, lately = self._known(now)
        once = np.hypot(now.unsteady, np.minimum(now.velocity_sigma / np.maximum(self.speed, 1.0), np.pi / 2))
        sharply = np.abs(_half_turn(np.arctan2(*now.velocity.T) - mean)) > np.maximum(SHARP_RAD, SIGMAS * once)
        slowly = np.abs(_half_turn(mean - way)) > np.maximum(TURNED_RAD, SIGMAS * np.hypot(gained, lately))
        return np.asarray((self.leg_s > 0.0) & (sharply | slowly))

    def _settle(self, now: Seen) -> None:
        """The leg's course, from what tells it better."""
        way, gained, mean, lately = self._known(now)
        share = gained**2 / (gained**2 + lately**2)
        self.course = way + share * _half_turn(mean - way)
        self.sigma = np.hypot(np.minimum(gained, lately), STEADY_RAD)

    def _circle(self, now: Seen, dt: Floats, speed: Floats) -> None:
        keep = np.exp(-dt / CIRCLE_S)
        self.gained = keep[:, None] * self.gained + now.velocity * dt[:, None]
        self.way_m = keep * self.way_m + speed * dt
        self.seen_s = keep * self.seen_s + dt
        self.centre += (1.0 - keep)[:, None] * (now.place - self.centre)

    def pace(self, now: Seen, usual_mps2: Floats) -> tuple[Floats, Floats]:
        """Speed now (n,), and mean and sigma (n, 2), 1/s, of how a change of speed makes it late (Futures.late).

        A fading mean of what grows steadily is behind by its growth in one fading time, less what has not faded yet, so
        that two of them tell growth and present value. What they tell is weighed against what a class does,
        `usual_mps2` (n,), a sigma: of classes that hold their speed (0) nothing is told but the mean of the leg.
        """
        behind_s = FADES_S * (1.0 - np.exp(-self.age_s[:, None] / FADES_S))
        apart_s = np.maximum(behind_s[:, 1] - behind_s[:, 0], 1.0)
        doubt = now.velocity_sigma * np.sqrt(ALIKE_S / RECENT_S) / apart_s
        trust = usual_mps2**2 / (usual_mps2**2 + np.maximum(doubt, 1e-9) ** 2)
        growth = trust * (self.paces[:, 0] - self.paces[:, 1]) / apart_s
        lately = np.maximum(self.paces[:, 0] + growth * behind_s[:, 0], SLOWEST * self.speed)
        speed = np.where(usual_mps2 > 0.0, lately, self.speed)
        spread = np.hypot(usual_mps2 * np.sqrt(1.0 - (1.0 - STILL**2) * trust), growth)  # who held it, holds it longer
        share = 0.5 / np.maximum(speed, 1.0)
        return speed, np.column_stack([-GOES_ON * growth * share, spread * share])

    def some(self, rows: Ints) -> "Courses":
        """The same of these rows alone."""
        return Courses(self.goals, *(getattr(self, one.name)[rows] for one in fields(self) if one.name != "goals"))

    def circling(self) -> Flags:
        """(n,) True where a track has flown in circles for a while."""
        gained_m = np.hypot(*self.gained.T)
        curved = self.leg_s < RECENT_S  # who has held a course for so long has left the circle
        return np.asarray(curved & (self.seen_s > WATCHED * CIRCLE_S) & (gained_m < CIRCLED * self.way_m))

    def _says(self, now: Seen, areas: Areas) -> tuple[Floats, Floats]:
        """What this leg says: log likelihood of each place over any course (n, g), and `aimed` (see weights)."""
        ahead = areas.middle - now.place[:, None]
        away = np.maximum(np.hypot(*np.moveaxis(ahead, -1, 0)), 1.0)
        off = np.abs(_half_turn(np.arctan2(ahead[..., 0], ahead[..., 1]) - self.course[:, None]))
        straight = now.aim[:, None] * _near(off, np.hypot(self.sigma[:, None], np.arctan2(areas.spread, away)))
        likely = ANYHOW + (1.0 - ANYHOW) * (straight + (1.0 - now.aim[:, None]) * _near(off, now.turn[:, None]))
        settled = np.minimum(self.leg_s / SETTLED_S, 1.0)[:, None]
        return settled * np.log(likely), (1.0 - ANYHOW) * straight / likely

    def weights(self, now: Seen, seeks: Floats, areas: Areas) -> tuple[Floats, Floats, Ints]:
        """(n, g + c + 1) chance of each place, corridor, and "elsewhere", the last two never below ELSEWHERE_MIN.

        With it `aimed` (n, g), the chance that it flies at a place already if it seeks it, and the `heading` along
        corridors (see futures.Starts). `seeks` (n,): see legs.
        """
        along, heading = follows(now.place, self.course, self.sigma, areas)
        free = 1.0 - seeks
        other = np.column_stack([CORRIDOR_PRIOR * along, np.ones(len(free))])
        other *= (free / (1.0 + CORRIDOR_PRIOR * along.shape[1]))[:, None]
        if not len(areas):
            return other / other.sum(axis=1, keepdims=True), np.zeros((len(free), 0)), heading
        said, aimed = self._says(now, areas)
        away = np.hypot(*np.moveaxis(areas.middle - now.place[:, None], -1, 0))
        prior = np.exp(-away / PRIOR_M)
        prior *= (seeks / np.maximum(prior.sum(axis=1), 1e-300))[:, None]
        goal = prior * np.exp(self.logs + said)
        total, rest = goal.sum(axis=1), other.sum(axis=1)
        chance = np.minimum(total / (total + rest), 1.0 - ELSEWHERE_MIN)
        shares = [goal * (chance / np.maximum(total, 1e-300))[:, None], other * ((1.0 - chance) / rest)[:, None]]
        return np.concatenate(shares, axis=1), aimed, heading

    def _keep(self, now: Seen, time_ns: int) -> None:
        """Rows for these tracks: those that were known keep what is known of them."""
        number = now.number
        known = np.isin(number, self.number)
        old = np.searchsorted(self.number, number[known])
        n = len(number)
        speed = np.hypot(*now.velocity.T)
        fresh: dict[str, Any] = {
            "number": number.copy(),
            "time_ns": np.full(n, time_ns, dtype=np.int64),
            "anchor": now.place.copy(),
            "leg_s": np.zeros(n),
            "flown_m": np.zeros(n),
            "recent": now.velocity.copy(),
            "speed": speed,
            "age_s": np.zeros(n),
            "paces": np.column_stack([speed, speed]),
            "course": np.arctan2(*now.velocity.T),
            "sigma": np.full(n, np.pi / 2),
            "gained": np.zeros((n, 2)),
            "way_m": np.zeros(n),
            "seen_s": np.zeros(n),
            "centre": now.place.copy(),
            "began": np.column_stack([now.place, np.zeros(n), np.full(n, np.pi)]),
            "began_ns": np.full(n, time_ns, dtype=np.int64),
            "first": np.ones(n, dtype=np.bool_),
            "logs": np.zeros((n, self.goals)),
        }
        for name, column in fresh.items():
            if name != "number" and len(old):
                column[known] = getattr(self, name)[old]
            setattr(self, name, column)


def follows(place: Floats, course: Floats, sigma: Floats, areas: Areas) -> tuple[Floats, Ints]:
    """How much likelier this course is along each corridor than anywhere (n, c), and the `heading` (n, c, 2)."""
    n, c = len(place), len(areas.corridor_first) - 1
    likely, heading = np.zeros((n, c)), np.zeros((n, c, 2), dtype=np.int64)
    for k in range(c):
        first, last = areas.corridor_first[k], areas.corridor_first[k + 1]
        begin, end = areas.corridor[first : last - 1, :2], areas.corridor[first + 1 : last, :2]
        way = end - begin
        long2 = np.maximum((way**2).sum(axis=-1), 1.0)
        part = np.clip(((place[:, None] - begin) * way).sum(axis=-1) / long2, 0.0, 1.0)
        foot = begin + part[..., None] * way
        apart = np.hypot(*np.moveaxis(place[:, None] - foot, -1, 0))
        nearest = apart.argmin(axis=1)
        row = np.arange(n)
        off = _half_turn(course - np.arctan2(*way[nearest].T))
        forth = np.abs(off) < np.pi / 2
        off = np.abs(np.where(forth, off, _half_turn(off - np.pi)))
        half = np.maximum(areas.corridor[first + nearest, 2], 1.0)
        inside = np.exp(-0.5 * (np.maximum(apart[row, nearest] - half, 0.0) / half) ** 2)
        likely[:, k] = 0.5 * inside * _near(off, np.hypot(sigma, ALONG_RAD))
        heading[:, k, 0] = first + nearest + forth
        heading[:, k, 1] = np.where(forth, 1, -1)
    return likely, heading


def _near(off: Floats, sigma: Floats) -> Floats:
    """Density of an angle from 0 to pi, over that of any course, 1 / pi."""
    return np.asarray(np.sqrt(2.0 * np.pi) / sigma * np.exp(-0.5 * (off / sigma) ** 2))


def _half_turn(angle: Floats) -> Floats:
    """The same angle in [-pi, pi)."""
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)
