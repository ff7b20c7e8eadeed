"""Merged plots and the chance of being unresolved, against a plain reading of their definitions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.settings import Sensor
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Looks, Rows
from tocsin.tracking.kernels.groups.unresolved import unresolved
from tocsin.tracking.looks import Batch
from tocsin.tracking.plots import Plots

CELL_M, CELL_RAD = 100.0, 0.01
RADAR = Sensor(
    "radar",
    "radar",
    sigma={"range_m": 10.0, "azimuth_rad": 0.001},
    multiplicity="several",
    resolution_range_m=CELL_M,
    resolution_azimuth_rad=CELL_RAD,
)


@given(st.floats(0.0, 500.0), st.floats(0.0, 1e4), st.floats(20.0, 300.0))
@settings(max_examples=30)
def test_the_chance_of_being_unresolved_is_its_mean_over_the_distance(apart: float, var: float, cell: float) -> None:
    sigma = np.sqrt(var)
    d = apart + sigma * np.linspace(-8.0, 8.0, 4001)
    weight = np.exp(-0.5 * np.linspace(-8.0, 8.0, 4001) ** 2)
    expected = float((weight * 2.0 ** -((d / cell) ** 2)).sum() / weight.sum())
    np.testing.assert_allclose(unresolved(apart, var, cell), expected, rtol=1e-3, atol=1e-6)


@st.composite
def turns(draw: st.DrawFn) -> list[list[tuple[float, float, float]]]:
    """Looks of plots: range, azimuth, strength; many near each other, some about north."""
    near = st.tuples(
        st.sampled_from([5_000.0, 5_060.0, 5_130.0, 9_000.0]),
        st.sampled_from([0.001, 0.008, 0.02, 3.0, 3.009, 2.0 * np.pi - 0.004]),
        st.sampled_from([1.0, 2.0, 10.0]),
    )
    return draw(st.lists(st.lists(near, max_size=7), min_size=1, max_size=3))


def batch(looks: list[list[tuple[float, float, float]]]) -> Batch:
    plots = [plot for look in looks for plot in look]
    n, bounds = len(plots), np.append(0, np.cumsum([len(look) for look in looks]))
    z, var = np.zeros((n, c.QUANTITIES)), np.ones((n, c.QUANTITIES))
    z[:, c.RANGE], z[:, c.AZIMUTH] = [plot[0] for plot in plots], [plot[1] for plot in plots]
    var[:, c.RANGE], var[:, c.AZIMUTH] = 100.0, 1e-6
    whole = np.zeros(n, dtype=np.int64)
    rows = Rows(
        mask=whole + (1 << c.RANGE | 1 << c.AZIMUTH),
        z=z,
        var=var,
        axes=np.zeros((n, 3, 3)),
        place=np.zeros((n, 4)),
        time=np.arange(n),
        clutter=np.ones(n),
        prior=np.ones(n),
        word=np.zeros((n, 4), dtype=np.int64),
        strength=np.array([plot[2] for plot in plots]),
        said=np.zeros((n, 2)),
    )
    q = len(looks)
    none = np.zeros(q, dtype=np.int64)
    return Batch(rows, Looks(none, none, bounds[:-1], bounds[1:], none + 1, np.full((q, 2), np.nan), none))


def cells(look: list[tuple[float, float, float]]) -> list[list[int]]:
    """Plots that are neighbours of neighbours, in the order of the first of each."""
    left, found = list(range(len(look))), []
    while left:
        group, grew = [left[0]], True
        while grew:
            grew = False
            for j in left:
                if j not in group and any(beside(look[i], look[j]) for i in group):
                    group.append(j)
                    grew = True
        found.append(sorted(group))
        left = [j for j in left if j not in group]
    return found


def beside(a: tuple[float, float, float], b: tuple[float, float, float]) -> bool:
    turn = abs((a[1] - b[1] + np.pi) % (2.0 * np.pi) - np.pi)
    return abs(a[0] - b[0]) <= CELL_M and bool(turn <= CELL_RAD)


@given(turns())
@settings(max_examples=60, deadline=None)
def test_plots_of_one_cell_become_their_centroid(looks: list[list[tuple[float, float, float]]]) -> None:
    merged, fewer = Plots((RADAR,), np.eye(3)[:2]).merge(batch(looks))
    expected = [[[look[i] for i in group] for group in cells(look)] for look in looks]
    assert (merged.looks.last - merged.looks.first).tolist() == [len(groups) for groups in expected]
    assert fewer == sum(map(len, looks)) - len(merged.rows.time)
    for row, group in enumerate(group for groups in expected for group in groups):
        r, a, w = np.array(group).T
        w /= w.sum()
        a = a[0] + (a - a[0] + np.pi) % (2.0 * np.pi) - np.pi
        np.testing.assert_allclose(merged.rows.z[row, c.RANGE], w @ r)
        off = merged.rows.z[row, c.AZIMUTH] - w @ a
        assert abs((off + np.pi) % (2.0 * np.pi) - np.pi) < 1e-9
        np.testing.assert_allclose(merged.rows.var[row, c.RANGE], 100.0 * w @ w + w @ (r - w @ r) ** 2)


@given(turns())
@settings(max_examples=30, deadline=None)
def test_how_looks_come_together_changes_no_merged_plot(looks: list[list[tuple[float, float, float]]]) -> None:
    plots = Plots((RADAR,), np.eye(3)[:2])
    whole = plots.merge(batch(looks))[0].rows
    alone = [plots.merge(batch([look]))[0].rows for look in looks]
    for name in ("z", "var", "strength"):
        parts = np.concatenate([getattr(rows, name) for rows in alone])
        np.testing.assert_array_equal(getattr(whole, name), parts)
