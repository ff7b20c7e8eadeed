"""How long until tracks reach the rings of places if they fly straight on: found once, for all rules of a grid."""

from dataclasses import dataclass

import numpy as np
import shapely

from tocsin.geo.areas import Area
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Floats, Ints
from tocsin.score.tables.warning import Places
from tocsin.score.thresholds.shown import Shown
from tocsin.score.warning.meeting import share_until


@dataclass(frozen=True, slots=True, eq=False)
class Approaches:
    """k pairs of a row of `shown` and a place that it would reach within the horizon, sorted by place, then row."""

    shown: Shown
    row: Ints
    place: Ints
    seconds: Floats


def approaches(shown: Shown, places: Places, horizon_s: float) -> Approaches:
    """Every pair with at most `horizon_s` left; 0 s for who is inside already."""
    ground_m = ecef_from_geodetic(shown.latitude_rad, shown.longitude_rad, 0.0)
    reach_m = np.hypot(shown.velocity_mps[:, 0], shown.velocity_mps[:, 1]) * horizon_s
    found = [_near(shown, ground_m, reach_m, area, horizon_s) for area in places.areas]
    place = np.repeat(np.arange(len(found)), [len(rows) for rows, _ in found])
    none: tuple[Ints, Floats] = (np.zeros(0, np.int64), np.zeros(0))
    row, seconds = (np.concatenate(part) for part in zip(*(found or [none]), strict=True))
    return Approaches(shown, row, place, seconds)


def _near(shown: Shown, ground_m: Floats, reach_m: Floats, area: Area, horizon_s: float) -> tuple[Ints, Floats]:
    middle_m = ecef_from_geodetic(area.latitude_rad, area.longitude_rad, 0.0)
    half_m = float(np.hypot(*np.abs(shapely.get_coordinates(area.shape)).max(axis=0)))
    away = ground_m - middle_m
    far_m = np.sqrt(away[:, 0] ** 2 + away[:, 1] ** 2 + away[:, 2] ** 2)
    rows = np.flatnonzero(far_m <= reach_m + half_m + area.ring_m)
    if not len(rows):
        return rows, np.zeros(0)
    at = np.column_stack(area.plane(shown.latitude_rad[rows], shown.longitude_rad[rows]))
    ahead = shown.velocity_mps[rows]
    if isinstance(area.shape, shapely.Point):
        seconds = _to_circle(at, ahead, area.ring_m)
    else:
        # a way of no length is no line: who stands still is moved by a millimetre
        seconds = share_until(at, at + np.where(np.abs(ahead) < 1e-6, 1e-6, ahead) * horizon_s, area) * horizon_s
    near = np.isfinite(seconds) & (seconds <= horizon_s)
    return rows[near], seconds[near]


def _to_circle(at: Floats, ahead: Floats, radius_m: float) -> Floats:
    """Seconds until |at + ahead t| = radius; 0 inside, NaN where it passes by or flies away."""
    speed2 = (ahead * ahead).sum(axis=1)
    along = -(at * ahead).sum(axis=1)
    gap = (at * at).sum(axis=1) - radius_m**2
    root = along**2 - speed2 * gap
    with np.errstate(invalid="ignore", divide="ignore"):
        seconds = (along - np.sqrt(root)) / speed2
    return np.where(gap <= 0.0, 0.0, np.where((along > 0.0) & (root >= 0.0), seconds, np.nan))
