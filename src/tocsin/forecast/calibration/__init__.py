"""What forecasts said of nights whose movers they did not know, against what came of it: a table, and its use.

`table.toml` is written by `python -m benchmarks.calibrate`, with the curve beside it; nobody edits it by hand.

`slow` and `fast` are those who seek places. The table has nothing of `civil`, those who do not: they are read as the
paths have it, because a table of approaches to one airport made another one worse.

Times: where only 0.08 of entries came before the 10 % time, the time that is told as "10 %" is read at another share of
the paths. Chances: a chance that was said is replaced by how often such chances came true.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np

from tocsin.messages import QUANTILES, Floats, Ints

BINS_S: Final = (0.0, 120.0, 300.0, 900.0)  # of the median time to entry: where each bin begins

FAST_MPS: Final = 100.0  # of those who seek places: faster than this are missiles, steered otherwise than drones
SEEKS_MIN: Final = 0.5  # who seeks places less often flies as the recorded aircraft do
KINDS: Final = ("slow", "fast", "civil")


def kinds(speed: Floats, seeks: Floats) -> Ints:
    """(n,) index of KINDS, of tracks so fast, whose classes seek places so often (legs.Legs.seeks)."""
    return np.where(seeks < SEEKS_MIN, 2, np.where(speed >= FAST_MPS, 1, 0)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`share` (3, bins, 7): of the paths, at which each of QUANTILES is read, of each of KINDS.

    `said` (k,) and `came` (3, k): a curve of chances for each.
    """

    share: Floats
    said: Floats
    came: Floats

    def shares(self, median_s: Floats, kind: Ints) -> Floats:
        """(q, 7) shares for medians (q,) of tracks of these kinds (q,)."""
        bin_: Ints = np.searchsorted(BINS_S, median_s, side="right") - 1
        return np.asarray(self.share[kind, np.clip(bin_, 0, len(BINS_S) - 1)])

    def chance(self, said: Floats, kind: Ints) -> Floats:
        """How often chances (q, ...) like these come true, of tracks of these kinds (q,)."""
        out = np.empty(said.shape)
        for number, came in enumerate(self.came):
            out[kind == number] = np.interp(said[kind == number], self.said, came)
        return out


PLAIN: Final = Calibration(
    np.tile(QUANTILES, (len(KINDS), len(BINS_S), 1)), np.array([0.0, 1.0]), np.tile([0.0, 1.0], (len(KINDS), 1))
)


@cache
def usual() -> Calibration:
    """The table in the package."""
    text = resources.files(__package__).joinpath("table.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    share, said = PLAIN.share.copy(), np.array(table["chances"].pop("said"))
    came = np.tile(said, (len(KINDS), 1))
    for name, true in table["chances"].items():
        share[KINDS.index(name)] = [one["share"] for one in table[name]]
        came[KINDS.index(name)] = true
    return Calibration(share, said, came)
