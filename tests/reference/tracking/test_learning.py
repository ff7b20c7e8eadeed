"""Registration against a batch least-squares solution, and the counts of cells against a dictionary."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.messages import Floats
from tocsin.models.model import usual
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Credits, Looks, Rows, Rules, Sensors
from tocsin.tracking.kernels.learning import columns as k
from tocsin.tracking.kernels.learning.columns import Tally
from tocsin.tracking.kernels.learning.gather import gather
from tocsin.tracking.kernels.learning.registration import TURN_NOISE
from tocsin.tracking.learning.cells import leaning
from tocsin.tracking.learning.learner import Learner, new_room, new_tally
from tocsin.tracking.learning.offsets import COMMON_SIGMA_S, PRIOR_SIGMA
from tocsin.tracking.tables import rules_of, sensors_of

SIGMA = {"range_m": 30.0, "azimuth_rad": 0.002, "elevation_rad": 0.003}
PLACES = ((0.0, 0.0, 10.0), (40_000.0, -5_000.0, 200.0), (5_000.0, 50_000.0, 0.0))
SITE = Settings(
    frame=Frame("local", 3),
    sensors=(
        *(
            Sensor(f"radar {i}", "radar", east_m=e, north_m=n, up_m=u, sigma=SIGMA)
            for i, (e, n, u) in enumerate(PLACES)
        ),
        Sensor("told", "position", reporting="event", authenticated=True),
    ),
)
TOLD = 3
SECOND_NS = 1_000_000_000


def polar_of(place: Floats, position: Floats) -> Floats:
    """Range, azimuth, elevation."""
    e, n, u = position - place
    return np.array([np.sqrt(e * e + n * n + u * u), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))])


def position_of(place: Floats, z: Floats) -> Floats:
    r, azimuth, elevation = z
    flat = r * np.cos(elevation)
    offset: Floats = np.array([flat * np.sin(azimuth), flat * np.cos(azimuth), r * np.sin(elevation)])
    return place + offset


def slope(function: object, at: Floats, steps: Floats) -> Floats:
    """Its matrix of derivatives, by central differences."""
    columns = []
    for a, step in enumerate(steps):
        ahead, behind = at.copy(), at.copy()
        ahead[a] += step
        behind[a] -= step
        difference = function(ahead) - function(behind)  # type: ignore[operator]
        columns.append(difference / (2.0 * step))
    return np.stack(columns, axis=1)


def plot(sensor: int, position: Floats, rng: np.random.Generator) -> Floats:
    """What a sensor measures, better than it says so that no pair is refused: polar, or the position itself."""
    if sensor == TOLD:
        return position + 20.0 * rng.standard_normal(3)
    return polar_of(np.array(PLACES[sensor]), position) + 0.5 * np.array(list(SIGMA.values())) * rng.standard_normal(3)


def tables() -> tuple[Learner, Sensors, Rules]:
    sensors = sensors_of(SITE)
    learner = Learner(SITE, sensors)
    return learner, learner.sensors(sensors), rules_of(SITE, usual(SITE.frame))


def rows_of(sensors: list[int], z: list[Floats], times_ns: list[int], risen: list[bool]) -> Rows:
    """Rows as intake makes them."""
    n = len(sensors)
    rows = Rows(
        mask=np.zeros(n, np.int64),
        z=np.zeros((n, c.QUANTITIES)),
        var=np.ones((n, c.QUANTITIES)),
        axes=np.tile(np.eye(3), (n, 1, 1)),
        place=np.zeros((n, 4)),
        time=np.array(times_ns, np.int64),
        clutter=np.ones(n),
        prior=np.ones(n),
        word=np.zeros((n, 4), np.int64),
        strength=np.ones(n),
        said=np.zeros((n, 2)),
    )
    for j, sensor in enumerate(sensors):
        if sensor == TOLD:
            rows.mask[j] = 0b111 << c.EAST
            rows.z[j, c.EAST : c.UP + 1], rows.var[j, c.EAST : c.UP + 1] = z[j], 400.0
            rows.place[j, :3] = z[j]
        else:
            rows.mask[j] = 0b111 if risen[j] else 0b11
            rows.z[j, :3], rows.var[j, :3] = z[j], np.array(list(SIGMA.values())) ** 2
    return rows


def looks_of(sensors: list[int], times_ns: list[int]) -> Looks:
    """Each row a look of its own."""
    n, at = len(sensors), np.arange(len(sensors))
    zeros, nan = np.zeros(n, np.int64), np.full((n, 2), np.nan)
    return Looks(np.array(times_ns, np.int64), np.array(sensors, np.int64), at, at + 1, zeros, nan, zeros)


def nothing() -> Credits:
    none = np.zeros(0, np.int64)
    return Credits(none, none, none, none, np.zeros(0))


@given(st.integers(0, 2**31), st.integers(1, 12))
@settings(max_examples=40)
def test_the_filter_of_offsets_is_the_batch_least_squares_solution(seed: int, pairs: int) -> None:
    """All pairs at once: (P0^-1 + sum A^T R^-1 A)^-1, with derivatives by differences."""
    rng = np.random.default_rng(seed)
    learner, sensors, rules = tables()
    who: list[int] = []
    z: list[Floats] = []
    times: list[int] = []
    tally = new_tally(2 * pairs)
    risen = rng.random(2 * pairs) < 0.7
    scale = np.append(np.tile(PRIOR_SIGMA, len(PLACES)), COMMON_SIGMA_S)
    information, vector = np.diag(scale**-2.0), np.zeros(len(scale))
    for p in range(pairs):
        first = int(rng.integers(0, 4))
        second = int(rng.choice([s for s in range(4) if s != first]))
        position, velocity = rng.uniform([-3e4, -3e4, 2e3], [6e4, 6e4, 9e3]), rng.uniform(-200.0, 200.0, 3)
        dt = float(rng.uniform(0.1, 2.5))
        cov, speed = np.diag(rng.uniform(100.0, 2_000.0, 3)), float(rng.uniform(1.0, 50.0))
        states = [np.concatenate([position + t * velocity, velocity]) for t in (0.0, dt)]
        for sensor, state, t in zip((first, second), states, (0.0, dt), strict=True):
            line = len(who)
            time_ns = (100 + 10 * p) * SECOND_NS + round(t * SECOND_NS)
            tally.tag[line, :6] = line, line, 1 + p, -1, c.WITNESS_SENSED, time_ns
            tally.num[line] = 1.0, 0.9, 0.0, 1.0, 1.0, speed
            tally.x[line], tally.p[line] = state, cov
            z.append(plot(sensor, state[:3], rng))
            who.append(sensor)
            times.append(time_ns)
        added = pseudo(who[-2:], z[-2:], states, dt, cov, speed, risen[2 * p : 2 * p + 2])
        information += added[0]
        vector += added[1]
    rows = rows_of(who, z, times, risen.tolist())
    gather(
        rows,
        looks_of(who, times),
        0,
        len(who),
        nothing(),
        tally,
        sensors,
        rules,
        learner.learned,
        new_room(learner.plan),
    )
    assert learner.learned.counts[k.N_PAIRS] == pairs
    expected = np.linalg.inv(information)
    assert np.allclose(learner.learned.cov / scale / scale[:, None], expected / scale / scale[:, None], atol=2e-6)
    assert np.allclose(learner.learned.bias / scale, expected @ vector / scale, atol=2e-5)


def pseudo(
    who: list[int], z: list[Floats], states: list[Floats], dt: float, cov: Floats, speed: float, risen: np.ndarray
) -> tuple[Floats, Floats]:
    """Information matrix and vector of one pair, in the later plot's measurement, or the earlier's if that is polar."""
    own, other = (1, 0) if who[1] != TOLD else (0, 1)
    place = np.array(PLACES[who[own]])
    scalars = 3 if risen[own] else 2
    gap = dt if own == 1 else -dt
    velocity = states[1][3:]  # the later line's
    if who[other] == TOLD:
        at, spread, turned = z[other], 400.0 * np.eye(3), None
    else:
        theirs, seen = np.array(PLACES[who[other]]), z[other].copy()
        sigma = np.array(list(SIGMA.values()))
        if not risen[other]:
            seen[2] = polar_of(theirs, states[other][:3])[2]
        jac = slope(lambda q: position_of(theirs, q), seen, np.array([1.0, 1e-5, 1e-5]))
        variances = sigma**2
        if not risen[other]:
            over = jac[:, 2]
            variances[2] = over @ cov @ over / seen[0] ** 4
        at, spread, turned = position_of(theirs, seen), jac @ np.diag(variances) @ jac.T, jac
    there = at + gap * velocity
    spread = spread + (speed * dt * dt + TURN_NOISE * dt**3 / 3.0) * np.eye(3)
    h = slope(lambda x: polar_of(place, x), there, np.ones(3))[:scalars]
    nu = (z[own] - polar_of(place, there))[:scalars]
    nu[1] = (nu[1] + np.pi) % (2.0 * np.pi) - np.pi
    r = np.diag(np.array(list(SIGMA.values()))[:scalars] ** 2) + h @ spread @ h.T
    a = np.zeros((scalars, 4 * len(PLACES) + 1))
    a[:, 4 * who[own] : 4 * who[own] + scalars] = np.eye(scalars)
    a[:, 4 * who[own] + 3] = -h @ velocity
    if turned is None:
        a[:, -1] = h @ velocity  # all who tell their own place share a clock
    else:
        measured = 3 if risen[other] else 2
        a[:, 4 * who[other] : 4 * who[other] + measured] = -(h @ turned)[:, :measured]
        a[:, 4 * who[other] + 3] = h @ velocity
    weight = np.linalg.inv(r)
    return a.T @ weight @ a, a.T @ weight @ nu


@given(st.integers(0, 2**31))
@settings(max_examples=25)
def test_cells_count_what_a_dictionary_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    learner, sensors, rules = tables()
    n = 40
    who = sorted(int(s) for s in rng.integers(0, 3, n))
    z = [np.array([rng.uniform(100.0, 240_000.0), rng.uniform(0.0, 2.0 * np.pi), 0.01]) for _ in who]
    times = [SECOND_NS * (100 + j) for j in range(n)]
    rows, looks = rows_of(who, z, times, [False] * n), looks_of(who, times)
    credited_rows = np.sort(rng.choice(n, 15, replace=False))
    weights = rng.random(15)
    credits_ = Credits(credited_rows, credited_rows, credited_rows, credited_rows, weights)
    gather(rows, looks, 0, n, credits_, new_tally(0), sensors, rules, learner.learned, new_room(learner.plan))
    expected: dict[int, float] = defaultdict(float)
    for j, sensor in enumerate(who):
        ring = int(z[j][0] / 250_000.0 * 16)
        sector = int(z[j][1] / (2.0 * np.pi) * 32)
        cell = 512 * sensor + 32 * ring + sector
        expected[cell] += 1.0
        expected[cell] -= float(sum(w for row, w in zip(credited_rows, weights, strict=True) if row == j))
    found = {int(cell): float(learner.learned.hits[cell]) for cell in np.flatnonzero(learner.learned.hits)}
    assert found.keys() == {cell for cell, hits in expected.items() if hits != 0.0}
    assert all(abs(found[cell] - expected[cell]) < 1e-12 for cell in found)


@given(st.integers(0, 2**31), st.floats(0.5, 20.0))
@settings(max_examples=10)
def test_cells_lean_on_their_block_and_that_on_the_sensor(seed: int, prior: float) -> None:
    rng = np.random.default_rng(seed)
    plan = tables()[0].plan
    cells = len(plan.owner)
    counted, expected = rng.poisson(0.7, cells).astype(np.float64), rng.uniform(0.0, 2.0, cells)
    found, _ = leaning(counted, expected, plan, prior)
    for s, (begin, end) in enumerate(pairwise([*plan.table[:, 0], cells])):
        whole = (counted[begin:end].sum() + prior) / (expected[begin:end].sum() + prior)
        for cell in range(begin, end, 37):
            block = np.flatnonzero(plan.block == plan.block[cell])
            assert (plan.owner[block] == s).all()
            of_block = (counted[block].sum() + prior * whole) / (expected[block].sum() + prior)
            assert abs(found[cell] - (counted[cell] + prior * of_block) / (expected[cell] + prior)) < 1e-9


def test_an_empty_tally_teaches_nothing() -> None:
    learner, sensors, rules = tables()
    before = learner.dump()
    rows, looks = rows_of([], [], [], []), looks_of([], [])
    empty = Tally._make(column[:0] for column in new_tally(1))
    gather(rows, looks, 0, 0, nothing(), empty, sensors, rules, learner.learned, new_room(learner.plan))
    assert learner.dump() == before
