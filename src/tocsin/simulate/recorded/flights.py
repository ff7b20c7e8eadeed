"""From the fixes of a recording to flights that can be looked at at any moment.

What aircraft report jumps by some metres and comes at times of its own. Each flight is put on whole seconds (piecewise
cubic: Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980) and smoothed over SMOOTH_S, so that it flies as an aircraft
does. Where nothing was heard for GAP_S the flight ends, and a new one begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from tocsin.geo.frames import ecef_from_geodetic, geodetic_from_ecef
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.simulate.scenario import Recorded

GAP_S = 60.0
SHORTEST_S = 60.0  # a shorter flight tells a tracker nothing
SMOOTH_S = 3.0
FASTEST_MPS = 700.0  # a fix that would need more is an error of the recording
AIRLINER_MPS, AIRLINER_M = 110.0, 6_100.0  # faster or higher than light aircraft are


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """What a recording says: n rows of one aircraft each. `aircraft` indexes `identities`; no height is NaN."""

    time_ns: Ints
    aircraft: Ints
    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    identities: tuple[str, ...]
    callsigns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """Flights, when the first began, and how many fixes could not be used, by reason."""

    flights: tuple[Recorded, ...]
    start_ns: int
    duration_s: float
    left_out: dict[str, int]


def flown(fixes: Fixes, stripped: float = 0.0, seed: int = 1) -> Flown:
    """All flights of a recording. `stripped` is the share of aircraft that do not say who they are."""
    left_out: dict[str, int] = {}
    start_ns = int(fixes.time_ns.min() // SECOND_NS * SECOND_NS) if len(fixes.time_ns) else 0
    order = np.lexsort((fixes.time_ns, fixes.aircraft))
    bounds = np.searchsorted(fixes.aircraft[order], np.arange(len(fixes.identities) + 1))
    silent = np.random.default_rng(seed).random(len(fixes.identities)) < stripped
    flights: list[Recorded] = []
    for number, name in enumerate(fixes.identities):
        rows = order[bounds[number] : bounds[number + 1]]
        for part, (start_s, knots) in enumerate(_flights(fixes, rows, start_ns, left_out)):
            said = ("", "") if silent[number] else (name, fixes.callsigns[number])
            flights.append(Recorded(f"recorded {name} {part + 1}", _kind(knots), start_s, knots, *said))
    end_s = max((one.start_s + len(one.knots) for one in flights), default=0.0)
    return Flown(tuple(flights), start_ns, end_s, left_out)


def _flights(fixes: Fixes, rows: Ints, start_ns: int, left_out: dict[str, int]) -> Iterator[tuple[float, Floats]]:
    """(start, knots) of the flights of one aircraft."""
    time_s = (fixes.time_ns[rows] - start_ns) / SECOND_NS
    height = fixes.altitude_m[rows]
    known = np.isfinite(height)
    if not known.any():
        _count(left_out, "no height", len(rows))
        return
    height = np.interp(time_s, time_s[known], height[known])
    position = ecef_from_geodetic(fixes.latitude_rad[rows], fixes.longitude_rad[rows], height)
    kept = _without_jumps(time_s, position)
    _count(left_out, "a jump, or a second fix at the same time", len(rows) - len(kept))
    time_s, position = time_s[kept], position[kept]
    cuts = np.flatnonzero(np.diff(time_s) > GAP_S) + 1
    for part in np.split(np.arange(len(time_s)), cuts):
        first, last = (np.ceil(time_s[part[0]]), np.floor(time_s[part[-1]])) if len(part) else (0.0, 0.0)
        if last - first < SHORTEST_S or len(part) < 4:
            _count(left_out, "flights too short", len(part))
            continue
        seconds = np.arange(first, last + 0.5)
        smooth_s = max(SMOOTH_S, float(np.median(np.diff(time_s[part]))))
        raw = PchipInterpolator(time_s[part], position[part])(seconds)
        # what is smoothed is the way off a straight one: ends stay where they are
        straight = raw[0] + (raw[-1] - raw[0]) * np.linspace(0.0, 1.0, len(seconds))[:, None]
        path = straight + gaussian_filter1d(raw - straight, smooth_s, axis=0, mode="reflect")
        yield float(first), np.column_stack((path, np.gradient(path, axis=0)))


def _without_jumps(time_s: Floats, position: Floats) -> Ints:
    """Rows whose way from the last good one could be flown."""
    kept: list[int] = []
    for row in range(len(time_s)):
        if kept:
            seconds = time_s[row] - time_s[kept[-1]]
            way = position[row] - position[kept[-1]]
            far = float(np.sqrt((way * way).sum())) > FASTEST_MPS * seconds + 100.0
            if seconds <= 0.0 or (far and seconds <= GAP_S):  # after a gap the new place is as good as the old one
                continue
        kept.append(row)
    return np.array(kept, dtype=np.int64)


def _kind(knots: Floats) -> str:
    """What it may have been: a recording of addresses and places does not say."""
    speed = np.sqrt((knots[:, 3:] ** 2).sum(axis=1))
    high_m = float(geodetic_from_ecef(knots[:, :3])[2].max())
    return "airliner" if float(np.quantile(speed, 0.9)) > AIRLINER_MPS or high_m > AIRLINER_M else "light aircraft"


def _count(left_out: dict[str, int], why: str, number: int) -> None:
    if number:
        left_out[why] = left_out.get(why, 0) + number
