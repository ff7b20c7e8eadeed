"""What could be seen: from the chances by which sensors drew, joined over short gaps, less what faults took."""

import numpy as np
import pytest

from tests.simulated import RADAR, scenario
from tocsin.simulate.night import slabs
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.seeable import Stretches

MOVER = """
[[mover]]
name = "one"
kind = "light aircraft"
route_deg = [[37.0, {from_deg}], [37.0, {to_deg}]]
speed_mps = 100
altitude_m = 3000
"""
SILENT = '[[fault]]\nkind = "silent"\nsensor = "Radar"\nfrom_s = 100\nto_s = 200\n'


def table(night: Scenario) -> list[tuple[int, float, float]]:
    could = Stretches()
    for slab in slabs(night):
        could.add(slab)
    target, begin, end = could.table()
    return list(zip(target.tolist(), begin.tolist(), end.tolist(), strict=True))


def sky(more: str = "", from_deg: float = -6.8, to_deg: float = -6.2) -> Scenario:
    return scenario(RADAR + MOVER.format(from_deg=from_deg, to_deg=to_deg) + more, 300.0)


def test_what_flies_within_half_chance_is_seeable_from_the_first_look_to_the_last() -> None:
    ((target, begin, end),) = table(sky())
    assert target == 1
    assert begin < 4.0
    assert end > 290.0


def test_what_is_too_far_is_never_seeable() -> None:
    assert table(sky(from_deg=-5.9, to_deg=-5.0)) == []


def test_a_silent_sensor_sees_nothing_though_it_would_have() -> None:
    first, second = table(sky(SILENT))
    assert first[2] < 100.0
    assert second[1] >= 200.0


def test_half_of_all_looks_lost_is_less_than_half_a_chance() -> None:
    lost = SILENT.replace("silent", "loss") + "share = 0.6\n"
    assert len(table(sky(lost))) == 2


def test_a_phantom_is_no_target() -> None:
    assert table(sky('only_for = ["Radar"]\n')) == []


def test_keeping_looks_changes_no_detection() -> None:
    """The same random numbers in the same order: a golden of the first detections of a night."""
    night = sky()
    first = next(iter(slabs(night)))
    assert len(first.batches[0].time_s) > 0
    assert np.all(first.batches[0].looks.chance >= 0.5)
    assert first.batches[0].looks.time_s == pytest.approx(np.sort(first.batches[0].looks.time_s))
