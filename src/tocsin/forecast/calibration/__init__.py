"""What forecasts said of nights whose movers they did not know, against what came of it: a table, and its use.

`table.toml` is written by `python -m benchmarks.calibrate`, with the curve beside it; nobody edits it by hand.

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

FAST_MPS: Final = 100.0  # faster than this: missiles and aircraft, who are steered otherwise than drones
SPEEDS: Final = ("slow", "fast")


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`share` (2, bins, 7): of the paths, at which each of QUANTILES is read, of slow and of fast tracks.

    `said` and `came`: a curve of chances.
    """

    share: Floats
    said: Floats
    came: Floats

    def shares(self, median_s: Floats, speed: Floats) -> Floats:
        """(q, 7) shares for medians (q,) of tracks so fast (q,)."""
        bin_: Ints = np.searchsorted(BINS_S, median_s, side="right") - 1
        return np.asarray(self.share[(speed >= FAST_MPS).astype(np.int64), np.clip(bin_, 0, len(BINS_S) - 1)])

    def chance(self, said: Floats) -> Floats:
        """How often a chance like this comes true."""
        return np.asarray(np.interp(said, self.said, self.came))


PLAIN: Final = Calibration(np.tile(QUANTILES, (2, len(BINS_S), 1)), np.array([0.0, 1.0]), np.array([0.0, 1.0]))


@cache
def usual() -> Calibration:
    """The table in the package."""
    text = resources.files(__package__).joinpath("table.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    share = np.array([[one["share"] for one in table[name]] for name in SPEEDS], dtype=np.float64)
    return Calibration(share, np.array(table["chances"]["said"]), np.array(table["chances"]["came"]))
