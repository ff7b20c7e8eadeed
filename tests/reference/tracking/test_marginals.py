"""Exact marginals against enumeration; belief propagation against both."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.tracking.textbook import marginals
from tocsin.messages import Floats
from tocsin.tracking.kernels.marginals import exact, pass_messages


@st.composite
def clusters(draw: st.DrawFn, most: int = 4) -> tuple[Floats, Floats]:
    """Weights of a cluster: w0 (n,), w (n, m), some pairs outside the gate."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    w0 = np.array(draw(st.lists(st.floats(0.01, 1.0), min_size=n, max_size=n)))
    exponents = st.one_of(st.none(), st.floats(-4.0, 6.0))
    cells = draw(st.lists(exponents, min_size=n * m, max_size=n * m))
    return w0, np.array([0.0 if e is None else 10.0**e for e in cells]).reshape(n, m)


def by_kernel(w0: Floats, w: Floats) -> tuple[Floats, Floats]:
    n, m = w.shape
    p0, p = np.empty(n), np.empty(n * m)
    forward, backward = np.empty((n + 1) << m), np.empty((n + 1) << m)
    exact(n, m, w0, w.ravel().copy(), p0, p, forward, backward)
    return p0, p.reshape(n, m)


def by_messages(w0: Floats, w: Floats) -> tuple[Floats, Floats, int]:
    n, m = w.shape
    i, j = np.nonzero(w)
    first = np.searchsorted(i, np.arange(n + 1))
    pair = np.zeros((len(i), 3))
    pair[:, 0] = w[i, j]
    miss = np.zeros((n, 2))
    miss[:, 0] = w0
    used = pass_messages(np.arange(n), first, j, pair, miss, np.zeros(m), 1e-9, 500)
    p = np.zeros((n, m))
    p[i, j] = pair[:, 1]
    return miss[:, 1].copy(), p, used


@given(clusters())
@settings(max_examples=60)
def test_exact_marginals_are_those_of_all_associations(cluster: tuple[Floats, Floats]) -> None:
    p0, p = by_kernel(*cluster)
    known0, known = marginals(*cluster)
    np.testing.assert_allclose(p0, known0, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(p, known, rtol=1e-9, atol=1e-12)


@given(clusters())
@settings(max_examples=60)
def test_sums_over_sets_of_components_give_the_same(cluster: tuple[Floats, Floats]) -> None:
    w0, w = cluster
    _, turned = by_kernel(np.ones(w.shape[1]), (w / w0[:, None]).T)
    np.testing.assert_allclose(turned.T, marginals(w0, w)[1], rtol=1e-9, atol=1e-12)


@given(st.floats(0.01, 1.0), st.lists(st.floats(-3.0, 5.0), min_size=1, max_size=5))
@settings(max_examples=40)
def test_messages_are_exact_where_there_is_no_loop(w0: float, exponents: list[float]) -> None:
    w = 10.0 ** np.array([exponents])
    p0, p, _ = by_messages(np.array([w0]), w)
    known0, known = marginals(np.array([w0]), w)
    np.testing.assert_allclose(p0, known0, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(p, known, rtol=1e-7, atol=1e-12)


@given(clusters())
@settings(max_examples=60)
def test_messages_settle_and_stay_near_the_exact_marginals(cluster: tuple[Floats, Floats]) -> None:
    p0, p, used = by_messages(*cluster)
    known0, _ = marginals(*cluster)
    assert used < 500
    assert float(np.abs(p.sum(axis=1) + p0 - 1.0).max()) < 1e-9
    assert float(np.abs(p0 - known0).max()) < 0.35  # loops make it too sure; it must not be absurd
