"""What the silence of listening stations says: much of what was heard, nothing of what was only ever seen."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.sound.listening import Source, grid, hear, told
from tests.tracks import scan, sensor
from tocsin.messages import Scan
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
RADAR = sensor("radar", reporting="dwell", max_range_m=40_000.0)


def existence(posts: Sequence[Sensor], scans: Sequence[Scan]) -> list[float]:
    tracker, found = Tracker(Settings(frame=Frame("local", 3), sensors=tuple(posts))), []
    for one in scans:
        tracker.advance(one)
        tracker.tick(int(one.sweeps.end_ns.max()) + SECOND_NS // 2)
        found.append(float(tracker.picture(int(one.sweeps.end_ns.max())).existence.max(initial=0.0)))
    return found


def test_what_was_only_ever_seen_may_be_silent() -> None:
    """A stork that a radar follows is not held to be gone because nobody hears it."""
    posts = [*grid(2), RADAR]
    stork = np.array([[300.0, 200.0, 250.0]])
    heard_nothing = [told(posts[:-1], [], 100.6 + k) for k in range(12)]
    seen = [scan("radar", 101.0 + k, stork) for k in range(12)]
    found = existence(posts, [one for pair in zip(seen, heard_nothing, strict=True) for one in pair])
    assert min(found[10:]) > 0.95


def test_what_was_heard_and_is_heard_no_more_is_gone() -> None:
    posts, rng = grid(3), np.random.default_rng(4)
    drone = Source((0.0, -500.0, 300.0), (30.0, 0.0, 0.0))
    loud = [hear(posts, [drone], 100.0 + k, rng, false_hz=0.0, certain=True) for k in range(10)]
    hushed = [hear(posts, [], 110.0 + k, rng, false_hz=0.0) for k in range(4)]
    assert existence(posts, loud)[-1] > 0.99
    assert existence(posts, [*loud, *hushed])[-1] < 0.1
    # a reference range: what is farther away than a faint thing is heard may be there all the same
    faint = [replace(one, reference_range_m=300.0) for one in posts]
    assert existence(faint, [*loud, *hushed])[-1] > 0.5
