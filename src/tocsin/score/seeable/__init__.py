"""Scores only what could be seen: no tracker is blamed for what no sensor could see (ALERTS, section 5).

Truth counts while a target is seeable: inside its stretches of looks with a chance of at least a half, and for `hold_s`
after each. Rows of tracks that are near a target outside of them, and near none inside, are left out as well, as
are tracks that are near no others: who follows what could hardly be seen makes no false track.
"""

from dataclasses import dataclass, replace

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.alignment import Scene
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.tables.arrow import Table


@dataclass(frozen=True, slots=True, eq=False)
class Seeable:
    """Stretches, sorted by target, then time: a target of the truth could be seen from `from_ns` to `until_ns`."""

    target: Ints
    from_ns: Ints
    until_ns: Ints


def seeable_of(table: Table) -> Seeable:
    """The table seeable: `target`, `seeable`, `until`. Raises InputError for a stretch that ends before it begins."""
    table.require("target", "seeable", "until")
    target, begin, end = table.integers("target"), table.times_ns("seeable"), table.times_ns("until")
    wrong = np.flatnonzero(end < begin)
    if len(wrong):
        raise InputError(f"{table.name}: row {wrong[0] + 1} ends before it begins; are both UTC?")
    order = np.lexsort((begin, target))
    return Seeable(target[order], begin[order], end[order])


def only_seeable(scene: Scene, could: Seeable, hold_s: float, gate_m: float) -> Scene:
    """The scene without what could not be seen. An endless `hold_s` counts each target from its first look on."""
    if not hold_s >= 0.0:
        raise InputError(f"a hold of {hold_s} s; expected 0 or more")
    counted = _counted(scene, could, hold_s)
    truth, tracks = scene.truth, scene.tracks
    hidden, kept = _part(truth, ~counted), _part(truth, counted)
    beside, on = _near(hidden, tracks, gate_m), _near(kept, tracks, gate_m)
    # a track that was of a hidden target, and never of another one, is left out whole
    about = np.isin(tracks.number, np.setdiff1d(tracks.number[beside], tracks.number[on]))
    excused = (beside & ~on) | about
    shown = ~excused
    wide = scene.covariance_m2[shown] if len(scene.covariance_m2) else scene.covariance_m2
    held = "from its first look on" if np.isinf(hold_s) else f"while it could be seen, and {hold_s:g} s after"
    said = f"each target counts {held}: {int(counted.sum())} of {len(counted)} rows of truth"
    note = f"{said}; {int(excused.sum())} rows of tracks on what could not be seen are left out"
    return replace(
        scene,
        truth=kept,
        tracks=_part(tracks, shown),
        sigma_m=scene.sigma_m[shown],
        covariance_m2=wide,
        updated_ns=scene.updated_ns[shown],
        notes=(*scene.notes, note),
    )


def _counted(scene: Scene, could: Seeable, hold_s: float) -> Flags:
    """Which rows of truth lie inside a stretch of their target, or shortly after one."""
    names = scene.targets.names[scene.truth.number] if len(scene.truth.number) else scene.truth.number
    when = scene.times_ns[scene.truth.step]
    out = np.zeros(len(when), np.bool_)
    for target in np.unique(could.target).tolist():
        rows = np.flatnonzero(names == target)
        low, high = np.searchsorted(could.target, (target, target + 1))
        begin, end = could.from_ns[low:high], could.until_ns[low:high]
        at = np.searchsorted(begin, when[rows], side="right") - 1
        since: Floats = (when[rows] - end[np.maximum(at, 0)]) / SECOND_NS
        out[rows] = (at >= 0) & (since <= hold_s)
    return out


def _part(rows: Rows, kept: Flags) -> Rows:
    velocity = None if rows.velocity_mps is None else rows.velocity_mps[kept]
    return Rows(rows.step[kept], rows.number[kept], rows.position_m[kept], velocity)


def _near(truth: Rows, tracks: Rows, gate_m: float) -> Flags:
    out = np.zeros(len(tracks.step), np.bool_)
    out[near(truth, tracks, gate_m).track] = True
    return out
