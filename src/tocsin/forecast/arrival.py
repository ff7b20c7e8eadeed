"""From futures to chances: P(entry) by 1 to 30 minutes, and the times of entry of those that do enter."""

from typing import Final

import numpy as np

from tocsin.forecast.areas import Areas
from tocsin.forecast.calibration import PLAIN, Calibration
from tocsin.forecast.futures import HORIZON_S, PATHS, Futures
from tocsin.forecast.kernels.entry import BINS, arrivals
from tocsin.messages import HORIZONS_S, Floats, Ints

EDGES_S: Final = HORIZON_S * (np.arange(BINS + 1) / BINS) ** 2


def within_reach(ways: Futures, areas: Areas) -> tuple[Ints, Ints]:
    """Pairs (track, place) of which some path comes near enough, by boxes: q each."""
    low, high = ways.box[:, None, [0, 2]], ways.box[:, None, [1, 3]]
    reach = areas.reach[:, None]
    near = ((areas.middle + reach >= low) & (areas.middle - reach <= high)).all(axis=-1)
    track, place = np.nonzero(near)
    return track.astype(np.int64), place.astype(np.int64)


def entries(ways: Futures, areas: Areas) -> tuple[Ints, Ints, Ints]:
    """Track (q,), place (q,), and how many paths enter in each bin of EDGES_S (q, BINS), of pairs that any enters."""
    track, place = within_reach(ways, areas)
    count = np.zeros((len(track), BINS), dtype=np.int64)
    shapes = (areas.middle, areas.reach, areas.first, areas.corner)
    arrivals(ways.path, ways.knots, track, place, *shapes, HORIZON_S, np.empty((PATHS, 4)), count)
    any_path = count.any(axis=1)
    return track[any_path], place[any_path], count[any_path]


def chances(count: Ints) -> Floats:
    """(q, 6) P(entry within each of HORIZONS_S), from counts (q, BINS)."""
    before = np.concatenate([np.zeros((len(count), 1)), np.cumsum(count, axis=1)], axis=1)
    return np.stack([_between(before, horizon) for horizon in HORIZONS_S], axis=1) / PATHS


def times(count: Ints, speed: Floats, known: Calibration = PLAIN) -> Floats:
    """(q, 7) seconds to entry at each of QUANTILES, given entry within HORIZON_S, read as `known` has it.

    `speed` (q,): of the track, m/s.
    """
    before = np.concatenate([np.zeros((len(count), 1)), np.cumsum(count, axis=1)], axis=1)
    median = _read(count, before, np.full((len(count), 1), 0.5))
    return _read(count, before, known.shares(median[:, 0], speed))


def _read(count: Ints, before: Floats, share: Floats) -> Floats:
    """(q, k) times at which the shares (q, k) of all that enter have entered."""
    out = np.empty(share.shape)
    for k in range(share.shape[1]):
        wanted = share[:, k] * before[:, -1]
        bin_ = np.minimum((before[:, 1:] < wanted[:, None]).sum(axis=1), BINS - 1)
        row = np.arange(len(count))
        part = (wanted - before[row, bin_]) / np.maximum(count[row, bin_], 1)
        out[:, k] = EDGES_S[bin_] + part * (EDGES_S[bin_ + 1] - EDGES_S[bin_])
    return out


def _between(before: Floats, time_s: float) -> Floats:
    """Paths that entered before a time, straight lines between the edges of bins."""
    at = BINS * np.sqrt(time_s / HORIZON_S)
    low = min(int(at), BINS - 1)
    part = (time_s - EDGES_S[low]) / (EDGES_S[low + 1] - EDGES_S[low])
    return np.asarray(before[:, low] + part * (before[:, low + 1] - before[:, low]))
