"""What comes late, in whatever order, gives the picture that it would have given in time."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.tracking.test_order import SITE, night
from tests.scans import part
from tests.tracks import INTERPRETED, SECOND_NS, ns
from tocsin.messages import Picture, Scan
from tocsin.tracking.tracker import Tracker

LATEST_S = 28.0
EXAMPLES = 4 if INTERPRETED else 25


def arrive(scan: Scan, delay_ns: int) -> Scan:
    """The same, `delay_ns` later on its way."""
    detections = replace(scan.detections, received_ns=scan.detections.received_ns + delay_ns)
    return replace(scan, received_ns=scan.received_ns + delay_ns, detections=detections)


def run(scans: list[Scan], until_s: int = 150) -> tuple[Tracker, list[Picture]]:
    """Scans in order of arrival, with a Tick each second."""
    tracker, pictures, waiting = Tracker(SITE), [], list(scans)
    for second in range(100, until_s):
        while waiting and waiting[0].received_ns <= second * SECOND_NS:
            tracker.advance(waiting.pop(0))
        tracker.tick(second * SECOND_NS)
        pictures.append(tracker.picture(second * SECOND_NS))
    return tracker, pictures


def facts(picture: Picture) -> list[tuple[bytes, ...]]:
    """Everything that a picture says but numbers, in an order of its own."""
    columns = (picture.position_m, picture.velocity_mps, picture.covariance, picture.existence, picture.state)
    more = (picture.born_ns, picture.last_detection_ns, picture.last_sensor, picture.detections)
    continued = picture.continues_probability
    rows = [tuple(column[i].tobytes() for column in (*columns, *more, continued)) for i in range(len(picture))]
    return sorted(rows)


def halves(scan: Scan) -> list[Scan]:
    """The same rows in two scans, each with a way of its own."""
    half = len(scan.detections) // 2
    return [part(scan, 0, half), part(scan, half, len(scan.detections))] if half else [scan]


def delayed(seed: int, scans: list[Scan], most_s: float) -> list[Scan]:
    rng = np.random.default_rng(seed)
    late = [
        arrive(scan, ns(float(delay))) for scan, delay in zip(scans, rng.uniform(0, most_s, len(scans)), strict=True)
    ]
    return sorted(late, key=lambda scan: scan.received_ns)


@given(st.integers(0, 2**31), st.integers(0, 2**31), st.sampled_from([0.5, 5.0, LATEST_S]))
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_order_of_arrival_gives_the_same_picture(seed: int, other: int, most_s: float) -> None:
    scans = night(seed)
    pieces = [piece for scan in scans for piece in halves(scan)]
    in_time, shown = run(scans)
    late, _ = run(delayed(other, pieces, most_s))
    assert late.refusals() == ()
    assert facts(late.picture(ns(149.0))) == facts(shown[-1])
    assert len(in_time.picture(ns(115.0))) == len(late.picture(ns(115.0))) > 0
    assert facts(late.picture(ns(115.0))) == facts(in_time.picture(ns(115.0)))
    assert late.counters()["detections worked again"] > 0


@given(st.integers(0, 2**31), st.integers(0, 2**31))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_number_that_was_shown_is_never_another_tracks(seed: int, other: int) -> None:
    """Two tracks of one picture never share a number, and one that ended does not come back as something else."""
    _, pictures = run(delayed(other, night(seed), 10.0))
    born: dict[int, int] = {}
    for picture in pictures:
        numbers = picture.track.tolist()
        assert len(set(numbers)) == len(numbers)
        assert numbers == sorted(numbers)
        for number, born_ns in zip(numbers, picture.born_ns.tolist(), strict=True):
            assert born_ns <= born.setdefault(number, born_ns) + ns(12.0)


@given(st.integers(0, 2**31), st.integers(0, 2**31), st.integers(101, 140))
@settings(max_examples=EXAMPLES, deadline=None)
def test_dump_load_continue_changes_no_bit_while_something_is_late(seed: int, other: int, at: int) -> None:
    scans = delayed(other, night(seed), 12.0)
    through, stopped = Tracker(SITE), Tracker(SITE)
    for second in range(100, 145):
        while scans and scans[0].received_ns <= second * SECOND_NS:
            through.advance(scans[0])
            stopped.advance(scans.pop(0))
        if second == at:
            stopped = Tracker.load(SITE, stopped.dump())
        assert through.tick(second * SECOND_NS) == stopped.tick(second * SECOND_NS)
        assert through.digest() == stopped.digest()
        assert through.dump() == stopped.dump()
