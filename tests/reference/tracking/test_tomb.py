"""The whole tracker against a textbook form that enumerates every association: the same components."""

import numpy as np
import pytest

from tests.reference.tracking.textbook import Tomb
from tests.tracks import flat, ns, scan, sensor
from tocsin.messages import Floats
from tocsin.models.model import Mode, Model, Part
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.tracker import Tracker

PD, CLUTTER, SURVIVAL, NOISE, GATE, PRUNE = 0.9, 2.0 / 100.0**2, 0.99, 0.02, 20.0, 1e-3


def scans(seed: int) -> list[Floats]:
    """Two targets that meet, and a little clutter."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(12):
        z = np.array([[20.0 + 3.0 * k, 40.0 + k], [20.0 + 3.0 * k, 52.0 - k]]) + rng.standard_normal((2, 2))
        z = z[rng.random(2) < PD]
        made.append(np.concatenate([z, rng.uniform(10.0, 70.0, (rng.poisson(0.7), 2))]))
    return made


def tracked(seed: int) -> list[tuple[Floats, Floats, Floats]]:
    """Existence, mean and covariance of every component after each scan, by the tracker."""
    spread = np.array([50.0, 50.0, 0.0, 2.0, 2.0, 0.0]) ** 2
    middle = np.array([50.0, 50.0, 0.0, 0.0, 0.0, 0.0])
    model = Model(
        (Mode("steady", NOISE, NOISE),),
        survival_s=-1.0 / np.log(SURVIVAL),
        clutter_per_m2=CLUTTER,
        negligible=0.0,
        mixture_floor=0.0,
        exact_max=18,
        rivals_max=0,
        initial=(Part(2.0, middle, np.diag(spread)),),
        births=(Part(0.05, middle, np.diag(spread)),),
    )
    one = sensor(sigma={"east_m": 1.0, "north_m": 1.0}, detection_probability=PD)
    tracker = Tracker(flat(one, gate=GATE, prune_existence=PRUNE), model)
    after = []
    for k, z in enumerate(scans(seed)):
        tracker.advance(scan("lab", 1.0 + k, z))
        tracker.tick(ns(1.0 + k) + 1)
        living, bank = tracker.state.living(), tracker.state.bank
        plane = [0, 1, 3, 4]
        cov = bank.p[living, 0][:, plane][:, :, plane]
        after.append((bank.num[living, c.EXISTENCE], bank.x[living, 0][:, plane], cov))
    return after


@pytest.mark.parametrize("seed", range(4))
def test_the_tracker_is_the_textbook_filter(seed: int) -> None:
    spread = np.diag(np.array([50.0, 50.0, 2.0, 2.0]) ** 2)
    middle = np.array([50.0, 50.0, 0.0, 0.0])
    twin = Tomb(PD, CLUTTER, SURVIVAL, NOISE, (0.05, middle, spread), 2.0)
    for k, (z, (existence, mean, cov)) in enumerate(zip(scans(seed), tracked(seed), strict=True)):
        if k:
            twin.predict()
        twin.update(z, GATE, PRUNE)
        assert len(existence) == len(twin.tracks)
        # rows of one time have no order of their own, so new ones have none either
        order = np.argsort(mean[:, 0])
        textbook = sorted(twin.tracks, key=lambda track: float(track[1][0]))
        np.testing.assert_allclose(existence[order], [r for r, _, _ in textbook], rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(mean[order], [x for _, x, _ in textbook], rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(cov[order], [p for _, _, p in textbook], rtol=1e-6, atol=1e-7)
