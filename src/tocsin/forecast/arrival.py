"""From futures to chances: P(entry) by 1 to 30 minutes, and the times of entry of those that do enter."""

from typing import Final

import numpy as np
from scipy.special import ndtri

from tocsin.forecast.areas import Areas
from tocsin.forecast.calibration import PLAIN, Calibration
from tocsin.forecast.futures import HORIZON_S, PATHS, SPEED, Futures, Starts
from tocsin.forecast.kernels.entry import arrivals
from tocsin.messages import HORIZONS_S, Floats, Ints

# Of those who come although hardly any path said so: the way they take, over the straight one. Half of them turn in at
# once, some after an hour elsewhere: lognormal, from the nights by which the table of calibration is made.
DETOURS: Final = 1.0 + 0.16 * np.exp(2.1 * ndtri([0.1, 0.3, 0.5, 0.7, 0.9]))


def within_reach(ways: Futures, areas: Areas) -> tuple[Ints, Ints]:
    """Pairs (track, place) of which some path comes near enough, by boxes: q each."""
    low, high = ways.box[:, None, [0, 2]], ways.box[:, None, [1, 3]]
    reach = areas.reach[:, None]
    near = ((areas.middle + reach >= low) & (areas.middle - reach <= high)).all(axis=-1)
    track, place = np.nonzero(near)
    return track.astype(np.int64), place.astype(np.int64)


def entries(ways: Futures, areas: Areas) -> tuple[Ints, Ints, Floats]:
    """Track (q,), place (q,), and the seconds until each path enters (q, PATHS), of pairs that any path enters.

    Ascending in each row; infinite for paths that do not enter within HORIZON_S.
    """
    track, place = within_reach(ways, areas)
    soonest = np.empty((len(track), PATHS))
    shapes = (areas.middle, areas.reach, areas.first, areas.corner)
    arrivals(ways.path, ways.knots, ways.late, track, place, *shapes, HORIZON_S, np.empty((PATHS, 4)), soonest)
    any_path = np.isfinite(soonest[:, 0])
    return track[any_path], place[any_path], soonest[any_path]


def chances(soonest: Floats) -> Floats:
    """(q, 6) P(entry within each of HORIZONS_S), from seconds to entry (q, PATHS)."""
    return np.stack([(soonest <= horizon).sum(axis=1) for horizon in HORIZONS_S], axis=1) / PATHS


def straight_s(starts: Starts, track: Ints, place: Ints, areas: Areas) -> Floats:
    """(q,) seconds until these tracks would meet these places if they turned to them now: nobody is sooner there."""
    away = np.hypot(*(starts.state[track, :2] - areas.middle[place]).T) - areas.reach[place]
    return np.asarray(np.maximum(away, 0.0) / np.maximum(starts.state[track, SPEED], 1.0))


def times(soonest: Floats, straight: Floats, kind: Ints, known: Calibration = PLAIN) -> Floats:
    """(q, 7) seconds to entry at each of QUANTILES, given entry, read as `known` has it.

    `straight` (q,): see straight_s; `kind` (q,): of the track, calibration.kinds.
    """
    every = with_detours(soonest, straight)
    median = read(every, np.full((len(every), 1), 0.5))
    return read(every, known.shares(median[:, 0], kind))


def with_detours(soonest: Floats, straight: Floats) -> Floats:
    """(q, PATHS + k) seconds, ascending: with the paths that enter go DETOURS, which weigh where few paths enter."""
    return np.sort(np.concatenate([soonest, straight[:, None] * DETOURS], axis=1), axis=1)


def read(soonest: Floats, share: Floats) -> Floats:
    """(q, k) times at which the shares (q, k) of all that enter have entered: straight lines between entries."""
    enter = np.isfinite(soonest).sum(axis=1)[:, None]
    at = np.clip(share * enter - 0.5, 0.0, enter - 1.0)
    low = at.astype(np.int64)
    high = np.minimum(low + 1, enter - 1)
    begin, end = (np.take_along_axis(soonest, index, axis=1) for index in (low, high))
    return np.asarray(begin + (at - low) * (end - begin))
