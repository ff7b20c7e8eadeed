"""Lost tracks, many at once, against one after another."""

import numpy as np

from tocsin.models.model import Mode, Model
from tocsin.tracking.kernels.motion import coast, glide
from tocsin.tracking.lifecycle import _agile, _likelihoods, _within
from tocsin.tracking.picture import glided


def test_many_glide_as_one_does_and_so_does_a_copy() -> None:
    rng = np.random.default_rng(4)
    x, root, dt = rng.normal(size=(5, 6)), rng.normal(size=(5, 6, 6)), rng.uniform(0.0, 60.0, 5)
    p = root @ root.transpose(0, 2, 1)
    mean, cov = x.copy(), p.copy()
    glided(mean, cov, 3.0, dt)
    for k in range(5):
        one, its = np.zeros(6), np.zeros((6, 6))
        coast(x[k], p[k], 3.0, dt[k], one, its)
        glide(x[k], p[k], 3.0, dt[k])
        assert (one == x[k]).all()
        np.testing.assert_allclose(its, p[k], rtol=1e-15)
        np.testing.assert_allclose(mean[k], x[k], rtol=1e-12)
        np.testing.assert_allclose(cov[k], p[k], rtol=1e-12)


def test_what_one_coordinate_leaves_out_is_nobodys_continuation() -> None:
    rng = np.random.default_rng(5)
    model = Model((Mode("steady", 1.0, 1.0),))
    lost = np.concatenate([rng.normal(0.0, 300.0, (400, 6)), rng.uniform(1.0, 50.0, (400, 9))], axis=1)
    age, x, p = rng.uniform(-5.0, 60.0, 400), rng.normal(0.0, 100.0, 6), 9.0 * np.eye(6)
    near = _within(lost, age, x, p, _agile(model))
    likely = np.flatnonzero(_likelihoods(lost, age, x, p, model) > 0.0)
    assert set(likely) <= set(near)
    assert len(near) < 400
