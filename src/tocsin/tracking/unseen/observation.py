"""*Seen clear*: is it unlikely that something within reach of a place has remained undetected?

For each approach of a place, each group of threats and each height band in which it arrives:

    P(undetected | present within reach) = mean over the points within reach of max(share, part that nobody looks at)

`share` is the field's (it falls with each look that really came, and grows again as things move); the other part comes
from the geometry of the sensors that look *now*: fresh, and with a look in that direction within a few periods. An
approach is clear where this is at most a tenth and no point of it is hidden (by the horizon, by the ground, by a field
of view) from all who look. A place is *seen clear* when all approaches are clear of all threats, *blind* when no
approach is looked at, else *partly seen*. Silence of event sensors (ADS-B, people) says nothing: they clear nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, GroupHealth, Ints, PlaceHealth
from tocsin.models.groups import GROUPS
from tocsin.settings import Place, Settings
from tocsin.tracking.kernels.columns import NEVER
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.unseen.grid import Grid
from tocsin.tracking.unseen.motion import Layers
from tocsin.tracking.unseen.reach import APPROACHES, WATCHED, Reach, reach_of
from tocsin.tracking.unseen.sight import Sight

UNDETECTED_MOST: Final = 0.1  # P(undetected | present within reach) of what is called clear
UNSEEN_LEAST: Final = 0.9  # above it an approach is not looked at
COMPASS: Final = ("N", "NNE", "ENE", "E", "ESE", "SSE", "S", "SSW", "WSW", "W", "WNW", "NNW")
STALE_NS: Final = SECOND_NS  # a look is worked this long after its end at most: latency, and the holding time


@dataclass(frozen=True, slots=True)
class Verdict:
    """P(undetected), "nothing is hidden": (places, APPROACHES, watched groups); the worst of the height bands."""

    undetected: Floats
    open: Flags

    def clear(self) -> Flags:
        """Which approaches are clear of which group."""
        return (self.undetected <= UNDETECTED_MOST) & self.open


@dataclass(slots=True)
class Coverage:
    """What a site's places need to be seen, and what was said of them last. Nothing in it is state: all follows from
    the site and the field.
    """

    places: tuple[Place, ...]
    sensors: tuple[str, ...]
    period_ns: Ints
    reach: Reach
    would: Flags  # (places, sensors): could see a part of the place's reach
    entries: Ints  # the sight's entries that lie within reach of any place
    _sight: Sight | None = field(default=None, repr=False)
    _known: tuple[Layers, bytes, Verdict] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings, unseen: Unseen) -> "Coverage":
        """The coverage of a site's places."""
        names = tuple(sensor.name for sensor in settings.sensors)
        period = np.array([int(sensor.period_s * SECOND_NS) for sensor in settings.sensors], dtype=np.int64)
        grid, sight = unseen.region.grid, unseen.region.sight
        nothing = np.zeros(0, dtype=np.int64)
        if grid is None:
            return cls(
                settings.places,
                names,
                period,
                Reach(*[nothing] * 4),
                np.zeros((len(settings.places), 0), dtype=np.bool_),
                nothing,
            )
        reach = reach_of(settings.places, grid)
        would, entries = _within(reach, len(settings.places), len(names), grid, sight)
        return cls(settings.places, names, period, reach, would, entries, sight)

    def _follow(self, unseen: Unseen) -> None:
        """Sensors that move see something else now."""
        grid, sight = unseen.region.grid, unseen.region.sight
        if grid is not None and self._sight is not sight:
            self.would, self.entries = _within(self.reach, len(self.places), len(self.sensors), grid, sight)
            self._sight, self._known = sight, None

    def observe(
        self,
        unseen: Unseen,
        fresh: Mapping[str, bool],
        time_ns: int,
        before: Mapping[str, PlaceHealth],
        periods: float = 3.0,
    ) -> tuple[PlaceHealth, ...]:
        """How well each place is seen now; `since_ns` is kept while nothing changes.

        A look counts for so many `periods` of its sensor, and while the sensor is `fresh`.
        """
        looking = np.array([fresh.get(name, False) for name in self.sensors], dtype=np.bool_)
        verdict = self.verdict(unseen, looking, time_ns, periods)
        clear = verdict.clear()
        return tuple(
            self._health(
                place, verdict.undetected[p], clear[p], verdict.open[p], self._silent(p, looking), time_ns, before
            )
            for p, place in enumerate(self.places)
        )

    def verdict(self, unseen: Unseen, looking: Flags, time_ns: int, periods: float = 3.0) -> Verdict:
        """P(undetected) of each approach and group from the looks that really came."""
        self._follow(unseen)
        shape = (len(self.places), APPROACHES, len(WATCHED))
        if len(self.reach.key) == 0:
            return Verdict(np.ones(shape), np.zeros(shape, dtype=np.bool_))
        limit = (periods * self.period_ns).astype(np.int64) + STALE_NS
        now = looking[:, None] & (unseen.last != NEVER) & (time_ns - unseen.last <= limit[:, None])
        asked = now.tobytes()
        if self._known is None or self._known[0] is not unseen.shares or self._known[1] != asked:
            self._known = unseen.shares, asked, self._judge(unseen, now, shape)
        return self._known[2]

    def _judge(self, unseen: Unseen, now: Flags, shape: tuple[int, int, int]) -> Verdict:
        sight, entries, reach = unseen.region.sight, self.entries, self.reach
        entries = entries[now[sight.sensor[entries], sight.bin[entries]]]
        seen = np.zeros(unseen.given.size, dtype=np.int64)
        np.bitwise_or.at(seen, sight.cell[entries], sight.seen[entries] | sight.hole[entries])
        wanted = np.bitwise_count(reach.need).astype(np.float64)
        missing = np.bitwise_count(reach.need & ~seen[reach.cell])
        share = unseen.undetected().reshape(len(GROUPS), -1)[reach.group, reach.cell]
        undetected = np.maximum(share, missing / wanted)
        starts = reach.starts()
        mean = np.add.reduceat(undetected * wanted, starts) / np.add.reduceat(wanted, starts)
        hidden = np.add.reduceat(missing.astype(np.int64), starts) > 0
        worst, closed = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        at = np.unravel_index(reach.key[starts] // 3, shape)
        np.maximum.at(worst, at, mean)
        np.logical_or.at(closed, at, hidden)
        known = np.zeros(shape, dtype=np.bool_)
        known[at] = True
        return Verdict(np.where(known, worst, 1.0), known & ~closed)

    def _silent(self, place: int, looking: Flags) -> tuple[str, ...]:
        if self.would.shape[1] == 0:
            return ()
        return tuple(
            name
            for name, would, looks in zip(self.sensors, self.would[place], looking, strict=True)
            if would and not looks
        )

    def _health(
        self,
        place: Place,
        undetected: Floats,
        clear: Flags,
        open_: Flags,
        silent: tuple[str, ...],
        time_ns: int,
        before: Mapping[str, PlaceHealth],
    ) -> PlaceHealth:
        groups = tuple(
            GroupHealth(
                group=GROUPS[g].name,
                observation=_observation(undetected[:, w], clear[:, w]),
                approaches=int(clear[:, w].sum()),
                undetected=round(float(undetected[:, w].max()), 3),
            )
            for w, g in enumerate(WATCHED)
        )
        threats = [w for w, g in enumerate(WATCHED) if GROUPS[g].threat]
        states = [groups[w].observation for w in threats]
        observation = max(states, key=WORSE.index)
        if observation == "blind" and any(state != "blind" for state in states):
            observation = "partly seen"
        reason = _reason(
            place, undetected[:, threats].max(axis=1), clear[:, threats], np.asarray(open_[:, threats].all(axis=1))
        )
        if silent:
            reason += f"; silent: {', '.join(silent)}"
        was = before.get(place.name)
        since_ns = was.since_ns if was is not None and was.observation == observation else time_ns
        return PlaceHealth(place.name, observation, reason, since_ns, groups)


def _within(reach: Reach, places: int, sensors: int, grid: Grid, sight: Sight) -> tuple[Flags, Ints]:
    """Which sensors could see a part of which place's reach, (places, sensors); the sight's entries in any reach."""
    wanted = np.zeros(3 * grid.cells, dtype=np.bool_)
    wanted[reach.cell] = True
    entries = np.flatnonzero(wanted[sight.cell])
    would = np.zeros((places, sensors), dtype=np.bool_)
    place_of_line = reach.key // (APPROACHES * len(WATCHED) * 3)
    for p in range(places):
        wanted[:] = False
        wanted[reach.cell[(place_of_line == p) & THREAT[reach.group]]] = True
        would[p, sight.sensor[entries[wanted[sight.cell[entries]]]]] = True
    return would, entries


WORSE: Final = ("seen clear", "partly seen", "blind")
THREAT: Final = np.array([group.threat for group in GROUPS])


def _observation(undetected: Floats, clear: Flags) -> str:
    if clear.all():
        return "seen clear"
    return "blind" if bool((undetected > UNSEEN_LEAST).all()) else "partly seen"


def _reason(place: Place, undetected: Floats, clear: Flags, open_: Flags) -> str:
    """In the words of a duty officer: how many approaches are clear, which are not, and why."""
    every = clear.all(axis=1)
    names = [group.name for group in GROUPS if group.threat]
    low = f"clear of {' and '.join(names)}"
    text = f"{int(every.sum())} of {APPROACHES} approaches {low}"
    dark = ~every & (undetected > UNSEEN_LEAST)
    hidden = ~every & ~dark & ~open_
    young = ~every & ~dark & open_
    for rows, what in (
        (dark, "nobody looks at"),
        (hidden, "partly behind the horizon, the ground or a field of view"),
        (young, f"more than {UNDETECTED_MOST:.0%} may have slipped through"),
    ):
        if rows.any():
            text += f"; {what}: {_where(place, rows)}"
    return text


def _where(place: Place, rows: Flags) -> str:
    if rows.all():
        return "all around" if place.kind != "border" else "the whole line"
    if place.kind == "border":
        return "stretch " + ", ".join(str(index + 1) for index in np.flatnonzero(rows))
    return ", ".join(COMPASS[index] for index in np.flatnonzero(rows))
