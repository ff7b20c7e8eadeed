"""How scans are cut changes no bit; dump, load and continue changes no bit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import ADSB, RADAR, SECOND_NS, START_NS, Flight, part, radar_turn, self_reports
from tests.scans import settings as site
from tocsin.messages import Item, Scan, Tick
from tocsin.pipeline import State, advance, look

FLIGHTS = [
    Flight((20_000.0, 10_000.0, 3_000.0), (-150.0, 30.0, 0.0), "icao:4ca001"),
    Flight((20_500.0, 10_400.0, 3_000.0), (-150.0, 28.0, 0.0), "icao:4ca002"),
]


def items(seed: int) -> list[Item]:
    """24 s of two sensors and ticks, in order of arrival."""
    rng = np.random.default_rng(seed)
    made: list[tuple[int, Item]] = []
    for turn in range(6):
        scan = radar_turn(FLIGHTS, turn, rng)
        made.append((scan.received_ns, scan))
    for second in range(1, 27):
        report = self_reports(FLIGHTS, float(second), rng)
        made.append((report.received_ns, report))
        made.append((START_NS + second * SECOND_NS, Tick(START_NS + second * SECOND_NS)))
    return [item for _, item in sorted(made, key=lambda pair: pair[0])]


@given(st.integers(0, 2**31), st.data())
@settings(max_examples=15, deadline=None)
def test_how_scans_are_cut_changes_no_bit(seed: int, data: st.DataObject) -> None:
    whole, parts = State.of(site(RADAR, ADSB)), State.of(site(RADAR, ADSB))
    for item in items(seed):
        one = advance(whole, item)
        other = one
        for piece in _cut(item, data):
            other = advance(parts, piece)
        assert other.digest == one.digest
    assert whole.digest() == parts.digest()
    assert whole.dump() == parts.dump()


def _cut(item: Item, data: st.DataObject) -> list[Item]:
    if not isinstance(item, Scan):
        return [item]
    n = len(item.detections)
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1), max_size=3))) if n > 1 else []
    return [part(item, first, last) for first, last in zip([0, *cuts], [*cuts, n], strict=True)]


@given(st.integers(0, 2**31), st.integers(1, 40))
@settings(max_examples=15, deadline=None)
def test_dump_load_continue_changes_no_bit(seed: int, at: int) -> None:
    through = State.of(site(RADAR, ADSB))
    stopped = State.of(site(RADAR, ADSB))
    for index, item in enumerate(items(seed)):
        if index == at:
            stopped = State.load(stopped.dump())
        assert advance(through, item).digest == advance(stopped, item).digest
    assert through.dump() == stopped.dump()


@given(st.integers(0, 2**31), st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60), max_size=3))
@settings(max_examples=15, deadline=None)
def test_when_scans_are_worked_in_changes_no_bit(seed: int, looks: set[int], dumps: set[int]) -> None:
    """Scans wait for each other and are read together; who looks or dumps in between only makes them wait less."""
    at_once, together = State.of(site(RADAR, ADSB)), State.of(site(RADAR, ADSB))
    for index, item in enumerate(items(seed)):
        one = advance(at_once, item)
        at_once.catch_up()
        other = advance(together, item)
        if index in looks:
            look(together, at_once.now_ns)
        if index in dumps:
            together = State.load(together.dump())
        assert (other.digest, other.notices) == (one.digest, one.notices)
    assert at_once.dump() == together.dump()
