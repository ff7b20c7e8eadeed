"""GOSPA and OSPA: how far a set of tracks is from the set of targets at one time.

GOSPA: Rahmathullah, Garcia-Fernandez and Svensson, FUSION 2017, equations 1 and 2 (alpha = 2: localisation, missed
and false apart). OSPA: Schuhmacher, Vo and Vo, IEEE TSP 2008, equation 3.

Both cut distances off at c, so that a pair farther apart gains nothing over any other far pair. The assignment that
gains most over pairs nearer than c is therefore best for every alpha, and for OSPA as well.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.errors import SettingError
from tocsin.messages import Floats, Ints
from tocsin.score.near import Near, best, near, near_points
from tocsin.score.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Gospa:
    """One GOSPA value: `total**p` = `localisation` + `missed` + `false`, and the pairs (truth, track, metres).

    With alpha below 2 the surplus of the larger set alone counts as missed or false, and pairs beyond c count with
    c**p each in `localisation`.
    """

    total: float
    localisation: float
    missed: float
    false: float
    truth: Ints
    track: Ints
    distance_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """GOSPA and OSPA of each step: `total` = `localisation` + `missed` + `false` are p-th powers of metres.

    `targets` and `tracks` count what was there, `paired` how many of them were paired closer than c.
    """

    p: float
    localisation: Floats
    missed: Floats
    false: Floats
    ospa_m: Floats
    targets: Ints
    tracks: Ints
    paired: Ints

    @property
    def total(self) -> Floats:
        """The p-th power of GOSPA."""
        return self.localisation + self.missed + self.false

    @property
    def gospa_m(self) -> Floats:
        """GOSPA of each step, metres."""
        return np.asarray(self.total ** (1.0 / self.p))

    def rms_m(self, part: Floats) -> float:
        """The p-th root of a part's mean over the steps; NaN without steps. For p = 2 the RMS."""
        return float(np.mean(part) ** (1.0 / self.p)) if len(part) else float("nan")


def gospa(truth_m: Floats, tracks_m: Floats, c: float, p: float = 2.0, alpha: float = 2.0) -> Gospa:
    """GOSPA between positions (n, D) and (m, D); `c` is the distance at which a pair counts as none.

    Raises SettingError for a c, p or alpha that gives no metric.
    """
    checked(c, p, alpha)
    pairs = chosen(near_points(truth_m, tracks_m, c), p)
    parts = _parts(_sum_of_powers(pairs, p), len(truth_m), len(tracks_m), len(pairs), c, p, alpha)
    localisation, missed, false = (float(part) for part in parts)
    total = float((localisation + missed + false) ** (1.0 / p))
    return Gospa(total, localisation, missed, false, pairs.truth, pairs.track, pairs.distance_m)


def ospa(truth_m: Floats, tracks_m: Floats, c: float, p: float = 2.0) -> float:
    """OSPA with cut-off c and order p; 0 when both sets are empty."""
    checked(c, p, 2.0)
    pairs = chosen(near_points(truth_m, tracks_m, c), p)
    return float(_ospa_m(_sum_of_powers(pairs, p), len(truth_m), len(tracks_m), len(pairs), c, p))


def series(truth: Rows, tracks: Rows, steps: int, pairs: Near, p: float = 2.0, alpha: float = 2.0) -> Series:
    """GOSPA and OSPA of each of `steps` steps; the cut-off c is the distance within which `pairs` were looked for."""
    c = pairs.within_m
    checked(c, p, alpha)
    taken = chosen(pairs, p)
    at = truth.step[taken.truth]
    powers = np.bincount(at, taken.distance_m**p, steps).astype(np.float64)
    n, m = np.bincount(truth.step, minlength=steps), np.bincount(tracks.step, minlength=steps)
    k = np.bincount(at, minlength=steps)
    localisation, missed, false = _parts(powers, n, m, k, c, p, alpha)
    return Series(p, localisation, missed, false, _ospa_m(powers, n, m, k, c, p), n, m, k)


def gospa_series(truth: Rows, tracks: Rows, steps: int, c: float, p: float = 2.0) -> Floats:
    """(steps, 4): total**p, localisation, missed and false of each step. RMS-GOSPA is the root of the first mean."""
    found = series(truth, tracks, steps, near(truth, tracks, c), p)
    return np.column_stack((found.total, found.localisation, found.missed, found.false))


def chosen(pairs: Near, p: float) -> Near:
    """The pairs of GOSPA's best assignment."""
    return pairs.take(best(pairs, pairs.within_m**p - pairs.distance_m**p))


def checked(c: float, p: float, alpha: float) -> None:
    """Raises SettingError for values that give no metric (FUSION 2017, definition 1)."""
    if not (0.0 < c < np.inf and 1.0 <= p < np.inf and 0.0 < alpha <= 2.0):
        raise SettingError(f"GOSPA with c = {c}, p = {p}, alpha = {alpha}; expected c > 0, p >= 1 and 0 < alpha <= 2")


def _sum_of_powers(pairs: Near, p: float) -> Floats:
    return np.asarray((pairs.distance_m**p).sum())


def _parts(
    powers: Floats, n: Ints | int, m: Ints | int, k: Ints | int, c: float, p: float, alpha: float
) -> tuple[Floats, Floats, Floats]:
    """Localisation, missed and false from the sum of d**p over k pairs nearer than c, among n targets and m tracks."""
    if alpha == 2.0:
        one = c**p / 2.0
        return powers, np.asarray(one * (np.asarray(n) - k)), np.asarray(one * (np.asarray(m) - k))
    surplus = np.asarray(n) - m
    far = np.minimum(n, m) - k
    one = c**p / alpha
    return powers + c**p * far, one * np.maximum(surplus, 0), one * np.maximum(-surplus, 0)


def _ospa_m(powers: Floats, n: Ints | int, m: Ints | int, k: Ints | int, c: float, p: float) -> Floats:
    larger = np.maximum(n, m)
    mean = (powers + c**p * (larger - k)) / np.maximum(larger, 1)
    return np.asarray(mean ** (1.0 / p))
