"""All scores of one set of tracks against one truth, from one search of near pairs."""

from dataclasses import dataclass

import numpy as np

from tocsin.errors import SettingError
from tocsin.score.alignment import Scene
from tocsin.score.consistency import Consistency, consistency, independent_squares, normalised_squares
from tocsin.score.match import Clear, Stretch, clear, stretches
from tocsin.score.near import Near, near
from tocsin.score.sets import Series, series
from tocsin.score.siap import Siap, siap
from tocsin.score.surveillance import Errors, Surveillance, errors, spread, surveillance
from tocsin.score.trajectories import TrajectoryGospa, trajectory_gospa


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts. `c_m` is how far a track may be off before it counts as none; `gate_m` and `switch_m` default to it.

    `confirm` and `misses` are the steps after which a track is taken to follow a target, or to have left it (SIAP).
    `interval_s` is the update interval of the surveillance rows (8 s: EUROCONTROL-SPEC-147, 5 NM separation).
    """

    c_m: float = 1000.0
    p: float = 2.0
    alpha: float = 2.0
    gate_m: float = 0.0
    switch_m: float = 0.0
    confirm: int = 3
    misses: int = 2
    interval_s: float = 8.0

    def __post_init__(self) -> None:
        if self.confirm < 1 or self.misses < 1:
            raise SettingError(f"confirm = {self.confirm}, misses = {self.misses}; expected at least 1 step each")
        if not (self.gate_m >= 0.0 and self.switch_m >= 0.0):
            raise SettingError(f"gate {self.gate_m} m, switch {self.switch_m} m; expected 0 (as c) or more")


@dataclass(frozen=True, slots=True)
class OfClass:
    """How one class of targets fared; shares and metres are NaN where nothing could be counted."""

    kind: str
    targets: int
    found: int
    completeness: float
    switches: int
    horizontal_rms_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """What came out. `nees` is of positions, by covariances or else by sigmas; None where tracks tell neither."""

    rules: Rules
    scene: Scene
    pairs: Near
    sets: Series
    trajectories: TrajectoryGospa
    stretches: list[Stretch]
    siap: Siap
    clear: Clear
    errors: Errors
    surveillance: Surveillance
    nees: Consistency | None
    classes: tuple[OfClass, ...]


def score(scene: Scene, rules: Rules) -> Scorecard:
    """Every score. Raises SettingError for rules that cannot be."""
    truth, tracks, steps = scene.truth, scene.tracks, scene.steps
    near_c = near(truth, tracks, rules.c_m)
    gate_m = rules.gate_m or rules.c_m
    near_gate = near_c if gate_m == rules.c_m else near(truth, tracks, gate_m)
    followed = stretches(truth, tracks, near_gate, rules.confirm, rules.misses)
    matched = clear(truth, tracks, near_gate)
    error = errors(scene, matched)
    return Scorecard(
        rules=rules,
        scene=scene,
        pairs=near_gate,
        sets=series(truth, tracks, steps, near_c, rules.p, rules.alpha),
        trajectories=trajectory_gospa(truth, tracks, steps, near_c, rules.switch_m or rules.c_m, rules.p),
        stretches=followed,
        siap=siap(truth, tracks, scene.times_s, followed),
        clear=matched,
        errors=error,
        surveillance=surveillance(scene, near_gate, matched, error, rules.interval_s),
        nees=_nees(scene, matched),
        classes=_classes(scene, matched, error),
    )


def _nees(scene: Scene, matched: Clear) -> Consistency | None:
    i, k = matched.pairs.truth, matched.pairs.track
    offsets = scene.offsets_m(i, k)
    if len(scene.covariance_m2):
        degrees = scene.dimensions
        squares = normalised_squares(offsets[:, :degrees], scene.covariance_m2[k, :degrees, :degrees])
    else:
        squares, degrees = independent_squares(offsets, scene.sigma_m[k])
    return consistency(squares, degrees, scene.truth.step[i], scene.steps) if degrees else None


def _classes(scene: Scene, matched: Clear, error: Errors) -> tuple[OfClass, ...]:
    """A line for each class that the truth names, most targets first."""
    kinds, kind = np.unique(np.array(scene.targets.kind or ("",)), return_inverse=True)
    of_row = kind[scene.truth.number] if len(scene.truth.number) else np.zeros(0, np.int64)
    of_pair = of_row[matched.pairs.truth]
    target = scene.truth.number[matched.pairs.truth]
    out = []
    for index, name in enumerate(kinds.tolist()):
        rows, paired = int((of_row == index).sum()), of_pair == index
        if not rows:
            continue
        out.append(
            OfClass(
                kind=name,
                targets=len(np.unique(scene.truth.number[of_row == index])),
                found=len(np.unique(target[paired])),
                completeness=int(paired.sum()) / rows,
                switches=int(paired[matched.switched].sum()),
                horizontal_rms_m=spread(error.horizontal_m[paired]).rms,
            )
        )
    return tuple(sorted(out, key=lambda one: (-one.targets, one.kind)))
