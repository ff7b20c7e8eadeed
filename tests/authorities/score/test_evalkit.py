"""Our scores equal those of evalkit, the reference kit that lies beside the folder of outside answers."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tocsin.messages import Floats, Ints
from tocsin.score.match import clear, stretches
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.sets import gospa, series
from tocsin.score.siap import siap

CASES = 300
Columns = tuple[Ints, Ints, Floats]


@pytest.fixture(scope="module")
def evalkit(authorities: Path) -> ModuleType:
    file = authorities.parent / "reference" / "evalkit.py"
    if not file.exists():
        pytest.fail(f"{file} is not there: set TOCSIN_AUTHORITIES to a folder beside `reference`", pytrace=False)
    spec = importlib.util.spec_from_file_location("evalkit", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pieces(rng: np.random.Generator, steps: int) -> tuple[Columns, Columns]:
    """Targets that wander near each other; tracks that follow a part of one of them, or nothing."""
    truth, tracks = [], []
    for _ in range(int(rng.integers(1, 7))):
        begin, end = np.sort(rng.choice(steps, 2, replace=False))
        path = np.cumsum(rng.normal(0, 2, (steps, 2)), 0) + rng.uniform(0, 30, 2)
        truth.append((begin, min(end + 3, steps - 1), path))
        for _ in range(int(rng.integers(0, 4))):
            first, last = np.sort(rng.choice(steps, 2, replace=False))
            tracks.append((first, last, path + rng.normal(0, rng.uniform(0.2, 3), (steps, 2))))
    for _ in range(int(rng.integers(1, 3))):
        first, last = np.sort(rng.choice(steps, 2, replace=False))
        tracks.append((first, last, rng.uniform(0, 30, (steps, 2))))
    return columns(truth), columns(tracks)


def columns(found: list[tuple[int, int, Floats]]) -> Columns:
    step = np.concatenate([np.arange(a, b + 1) for a, b, _ in found])
    number = np.concatenate([np.full(b + 1 - a, index) for index, (a, b, _) in enumerate(found)])
    return step, number, np.concatenate([path[a : b + 1] for a, b, path in found])


def reordered(one: Columns) -> Columns:
    """The same rows, targets of a step in the opposite order."""
    order = np.lexsort((-one[1], one[0]))
    return one[0][order], one[1][order], one[2][order]


def test_sets_and_siap_equal_evalkit(evalkit: ModuleType) -> None:
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        steps = int(rng.integers(8, 40))
        truth, tracks = pieces(rng, steps)
        gate, p = float(rng.uniform(2, 8)), float(rng.choice([1, 2, 3]))
        confirm, misses = int(rng.integers(1, 5)), int(rng.integers(1, 4))
        said = evalkit.evaluate(
            evalkit.Table(*truth), evalkit.Table(*tracks), None, steps, gate, p, confirm=confirm, misses=misses
        )
        a, b = Rows(*truth), Rows(*tracks)
        pairs = near(a, b, gate)
        ours = series(a, b, steps, pairs, p)
        found = siap(a, b, np.arange(steps, dtype=float), stretches(a, b, pairs, confirm, misses))
        expected = {
            "rms_gospa": ours.rms_m(ours.total),
            "rms_loc": ours.rms_m(ours.localisation),
            "rms_missed": ours.rms_m(ours.missed),
            "rms_false": ours.rms_m(ours.false),
            "mean_ospa": float(ours.ospa_m.mean()),
            "n_truth_mean": float(ours.targets.mean()),
            "n_est_mean": float(ours.tracks.mean()),
        }
        assert {name: said[name] for name in expected} == pytest.approx(expected), seed
        attributes = {
            "completeness": found.completeness,
            "ambiguity": found.ambiguity,
            "spuriousness": found.spuriousness,
            "positional_accuracy": np.nan_to_num(found.positional_accuracy_m),
            "rate_track_number_change": found.rate_of_number_change_hz,
            "longest_track_segment": found.longest_segment,
            "longest_track_total": found.longest_track,
            "track_number_changes": found.track_number_changes,
        }
        assert {name: said["siap"][name] for name in attributes} == pytest.approx(attributes), seed


def test_gospa_equals_evalkit_for_every_alpha(evalkit: ModuleType) -> None:
    rng = np.random.default_rng(1)
    for _ in range(CASES):
        x, y = (rng.uniform(0, 20, (int(rng.integers(1, 6)), 2)) for _ in range(2))
        c, p, alpha = float(rng.uniform(1, 20)), float(rng.choice([1, 2, 3])), float(rng.choice([0.5, 1.0, 1.7, 2.0]))
        said, ours = evalkit.gospa(x, y, c, p, alpha), gospa(x, y, c, p, alpha)
        assert (ours.total, ours.localisation, ours.missed, ours.false) == pytest.approx(
            (said["total"], said["loc"], said["missed"], said["false"])
        )


def test_switches_equal_evalkit_where_its_answer_does_not_hang_on_the_order_of_rows(evalkit: ModuleType) -> None:
    # Where two targets had the same partner, evalkit gives it to the one whose row comes first; we to the latest one.
    settled = 0
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        steps = int(rng.integers(8, 40))
        truth, tracks = pieces(rng, steps)
        gate = float(rng.uniform(2, 8))
        said, turned = (
            evalkit.clear_summary(evalkit.Table(*one), evalkit.Table(*tracks), steps, gate)
            for one in (truth, reordered(truth))
        )
        if said != pytest.approx(turned):
            continue
        settled += 1
        a, b = Rows(*truth), Rows(*tracks)
        found = clear(a, b, near(a, b, gate))
        ours = (found.mota, np.nan_to_num(found.mean_distance_m), found.switches, found.recall, found.precision)
        assert ours == pytest.approx(tuple(said[one] for one in ("mota", "motp", "switches", "recall", "precision")))
    assert settled > 0.95 * CASES
