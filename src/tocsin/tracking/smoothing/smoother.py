"""Smoothed pictures: what was there then, as known later (Rauch, Tung, Striebel 1965; Kim 1994; kernels.smoothing).

A second output. A picture of lag 0 is what was known then, is never changed by this, and is never mixed with it.
"""

from collections import deque
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints, Picture, TrackState, freeze
from tocsin.settings import Settings
from tocsin.tracking import arrays
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rules, Trail
from tocsin.tracking.kernels.smoothing.backward import Room, gather, smooth
from tocsin.tracking.picture import paint, stand
from tocsin.tracking.smoothing.history import Chains, History
from tocsin.tracking.state import State

WHOLE = 0  # lag: everything that came
WHOLE_S = float("inf")  # Picture.lag_s of such a picture


class Smoother:
    """Gives each picture a second time, `lag` pictures later (WHOLE: at the end), knowing what came in between."""

    def __init__(self, lag: int, modes: int, classes: tuple[str, ...]) -> None:
        self.lag = lag
        self.lag_s = WHOLE_S
        self._history = History(arrays.new_trail(0, modes, len(classes)))
        self._classes = classes
        self._room = new_room(modes)
        self._due: deque[int] = deque()
        self._drawn: list[int] = []

    def take(self, trail: Trail, running: Ints) -> None:
        """What compiled code has written down."""
        self._history.take(trail, running)

    def look(self, time_ns: int, state: State, settings: Settings, rules: Rules) -> tuple[Picture, ...]:
        """A picture was drawn at `time_ns`: the one that is due now, if any. Times ascend."""
        self._due.append(time_ns)
        if self.lag == WHOLE or len(self._due) <= self.lag:
            return ()
        if self.lag_s == WHOLE_S:  # as long as so many pictures usually take: one number for the whole output
            self.lag_s = round(self.lag * float(np.median(np.diff(np.array(self._due)))) / SECOND_NS, 3)
        living = _births(state)
        pictures = self._pictures(np.array([self._due.popleft()]), living, state, settings, rules)
        self._history.forget(self._due[0], living)
        return pictures

    def rest(self, state: State, settings: Settings, rules: Rules) -> tuple[Picture, ...]:
        """The pictures that still wait: all of them for WHOLE, else the last ones, with the lag that is left."""
        times = np.array(sorted(set(self._due)), dtype=np.int64)
        self._due.clear()
        if self.lag != WHOLE and self.lag_s == WHOLE_S and len(times) > 1:  # fewer pictures than the lag
            self.lag_s = round(self.lag * float(np.median(np.diff(times))) / SECOND_NS, 3)
        return self._pictures(times, _births(state), state, settings, rules)

    def _pictures(
        self, times: Ints, living: Ints, state: State, settings: Settings, rules: Rules
    ) -> tuple[Picture, ...]:
        chains = self._history.chains(times, living)
        found = _nothing(len(self._classes)) if chains is None else self._found(chains, settings, rules)
        if settings.frame.kind == "local" and settings.frame.dimensions == 2:
            found.p[:, [2, 5], :] = 0.0
            found.p[:, :, [2, 5]] = 0.0
        for column in (c.NUMBER, c.SWAPPED):
            found.tag[:, column] = state.past.names.label(found.tag[:, column])
        order = np.lexsort((found.tag[:, c.NUMBER], found.tag[:, c.TIME]))
        bounds = np.searchsorted(found.tag[order, c.TIME], np.append(times, times[-1:] + 1))
        pictures = []
        for time, first, last in zip(times.tolist(), bounds[:-1], bounds[1:], strict=True):
            one = _Found._make(column[order[first:last]] for column in found)
            standing = stand(one.tag, one.missed, time)
            picture = paint(
                state, settings, self._classes, time, one.tag, one.x, one.p, one.existence, standing, one.kind
            )
            picture = replace(picture, ended=np.zeros(0, dtype=np.int64), lag_s=self.lag_s)
            freeze(picture)
            pictures.append(picture)
        return tuple(pictures)

    def _found(self, chains: Chains, settings: Settings, rules: Rules) -> "_Found":
        """The chains, smoothed, where something was likely there at a time asked for."""
        lines = chains.lines
        after = arrays.new_bank(len(lines.mu), lines.mu.shape[1], lines.kind.shape[1])
        smooth(lines, chains.predicted, chains.between, chains.begin, rules, self._room, after)
        existence = after.num[:, c.EXISTENCE]
        rows: Ints = np.flatnonzero((chains.between == 1) & (existence >= settings.tracking.release_existence))
        x, p = np.zeros((len(rows), 6)), np.zeros((len(rows), 6, 6))
        gather(after, rows, x, p)
        sure = existence[rows] >= settings.tracking.confirm_existence
        missed, kind = lines.num[rows, c.MISSED], lines.kind[rows]
        return _Found(_tags(chains, rows, sure), missed, x, p, existence[rows], kind)


class _Found(NamedTuple):
    """n rows of pictures."""

    tag: Ints  # (n, TAG)
    missed: Floats
    x: Floats  # (n, 6)
    p: Floats  # (n, 6, 6)
    existence: Floats
    kind: Floats  # (n, N), as it was then


def _nothing(kinds: int) -> _Found:
    tag, kind = np.zeros((0, c.TAG), dtype=np.int64), np.zeros((0, kinds))
    return _Found(tag, np.zeros(0), np.zeros((0, 6)), np.zeros((0, 6, 6)), np.zeros(0), kind)


def new_room(modes: int) -> Room:
    """Room for `smooth`."""
    return Room(
        x=np.zeros((3, 6)),
        p=np.zeros((3, 6, 6)),
        f=np.zeros((6, 6)),
        a=np.zeros((6, 6)),
        g=np.zeros((6, 6)),
        blocks=np.zeros((7, 3, 3)),
        later_x=np.zeros((modes, 6)),
        later_p=np.zeros((modes, 6, 6)),
        later=np.zeros(modes),
        merged_x=np.zeros((modes, 6)),
        merged_p=np.zeros((modes, 6, 6)),
        merged=np.zeros(modes),
    )


def _births(state: State) -> Ints:
    births: Ints = state.bank.tag[state.living(), c.BIRTH]
    return births


def _tags(chains: Chains, rows: Ints, sure: Flags) -> Ints:
    """Columns as they were then, with what is known now of who it is and of how sure it was."""
    tag, newest = chains.lines.tag[rows], chains.last[rows]
    for column in (c.NUMBER, c.IDENTITY, c.IDENTITY_KIND, c.CALLSIGN):
        tag[:, column] = newest[:, column]
    confirmed = sure | (tag[:, c.STATE] != c.TENTATIVE)
    tag[:, c.STATE] = np.where(confirmed, TrackState.CONFIRMED, TrackState.TENTATIVE)
    return tag
