"""A rotating radar gives its beam away; a snapshot does not; a turn told in pieces is still one turn."""

import numpy as np
import pytest

from tocsin.feeds.tables.turns import SECTORS, sweeps

SECOND_NS = 1_000_000_000


def turn(start_s: float, period_s: float, azimuths_rad: list[float]) -> np.ndarray:
    """Times at which a clockwise beam that began in the north meets these azimuths."""
    return np.array([round((start_s + period_s * a / (2 * np.pi)) * SECOND_NS) for a in azimuths_rad])


def test_a_turning_beam_becomes_sectors_that_tile_the_turn() -> None:
    rng = np.random.default_rng(1)
    azimuth = np.sort(rng.uniform(0.0, 2 * np.pi, 60))
    time_ns = turn(100.0, 4.0, azimuth.tolist())
    made, of_row = sweeps(np.zeros(60, np.int32), np.zeros(60, np.int64), time_ns, azimuth)
    assert SECTORS - 2 <= len(made.sensor) <= SECTORS + 1
    assert made.start_ns[1:].tolist() == made.end_ns[:-1].tolist()
    assert made.azimuth_from_rad[1:] == pytest.approx(made.azimuth_to_rad[:-1])
    inside = (azimuth - made.azimuth_from_rad[of_row]) % (2 * np.pi)
    width = (made.azimuth_to_rad - made.azimuth_from_rad)[of_row] % (2 * np.pi)
    assert (np.minimum(inside, 2 * np.pi - inside) <= width + 0.01).all()


def test_neighbours_in_the_wrong_order_do_not_hide_the_turn() -> None:
    azimuth = np.linspace(0.1, 6.1, 40) + 0.01 * (-1.0) ** np.arange(40)
    time_ns = turn(0.0, 10.0, np.linspace(0.1, 6.1, 40).tolist())
    made, _ = sweeps(np.zeros(40, np.int32), np.zeros(40, np.int64), time_ns, azimuth)
    assert len(made.sensor) > 1


@pytest.mark.parametrize("kind", ["snapshot", "no azimuth", "at random", "no scan"])
def test_anything_else_is_one_look_all_around(kind: str) -> None:
    rng = np.random.default_rng(2)
    azimuth: np.ndarray | None = rng.uniform(0.0, 2 * np.pi, 30)
    time_ns = np.sort(rng.integers(0, 4 * SECOND_NS, 30))
    number = np.zeros(30, np.int64)
    if kind == "snapshot":
        time_ns = np.full(30, SECOND_NS)
    if kind == "no azimuth":
        azimuth = None
    if kind == "no scan":
        number = np.full(30, -1)
    made, of_row = sweeps(np.zeros(30, np.int32), number, time_ns, azimuth)
    assert len(made.sensor) == 1
    assert np.isnan(made.azimuth_from_rad).all()
    assert made.survey.tolist() == [kind != "no scan"]
    assert set(of_row.tolist()) == {0}


def test_sweeps_of_several_sensors_come_in_the_order_of_their_end() -> None:
    azimuth = np.tile(np.linspace(0.0, 6.2, 20), 2)
    time_ns = np.concatenate([turn(0.0, 4.0, azimuth[:20].tolist()), turn(1.0, 4.0, azimuth[20:].tolist())])
    sensor = np.repeat(np.array([0, 1], np.int32), 20)
    made, of_row = sweeps(sensor, np.zeros(40, np.int64), time_ns, azimuth)
    assert (np.diff(made.end_ns) >= 0).all()
    assert (made.sensor[of_row] == sensor).all()
