"""Identity switches and SIAP equal their definitions, written out step by step."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tocsin.messages import Floats
from tocsin.score.match import Stretch, clear, stretches
from tocsin.score.near import near
from tocsin.score.rows import Rows
from tocsin.score.siap import siap

GATE = 1.0
STEPS = 8
# Whole tenths: distances differ clearly or not at all, so that a twin never argues about the last bit.
PLACE = st.one_of(st.none(), st.integers(-12, 12).map(lambda n: n / 10 + 0.013 * (n % 3)))
Paths = list[list[float | None]]
PATHS = st.lists(st.lists(PLACE, min_size=STEPS, max_size=STEPS), max_size=3)


def rows(paths: Paths) -> Rows:
    found = [(k, i, x) for i, path in enumerate(paths) for k, x in enumerate(path) if x is not None]
    step, number, at = (np.array(column) for column in zip(*found, strict=True)) if found else (np.zeros(0),) * 3
    return Rows(step.astype(np.int64), number.astype(np.int64), at.astype(float)[:, None])


def textbook_clear(truth: Paths, tracks: Paths) -> tuple[int, int, float]:
    """Switches, matched rows, sum of distances: Bernardin and Stiefelhagen 2008, with partners kept over gaps."""
    partner: dict[int, tuple[int, int]] = {}
    switches, matched, metres = 0, 0, 0.0
    for k in range(STEPS):
        d = {
            (i, j): abs(a[k] - b[k])  # type: ignore[operator]
            for i, a in enumerate(truth)
            for j, b in enumerate(tracks)
            if a[k] is not None and b[k] is not None and abs(a[k] - b[k]) < GATE  # type: ignore[operator]
        }
        kept: dict[int, int] = {}
        for i, (j, _) in sorted(partner.items(), key=lambda one: -one[1][1]):  # the latest partner first
            if (i, j) in d and j not in kept.values():
                kept[i] = j
        best = kept | _best(d, kept)
        for i, j in best.items():
            switches += i in partner and partner[i][0] != j
            partner[i] = (j, k)
            matched += 1
            metres += d[i, j]
    return switches, matched, metres


def _best(d: dict[tuple[int, int], float], kept: dict[int, int]) -> dict[int, int]:
    """Among all one-to-one choices: most pairs, then the shortest."""
    free = {pair: one for pair, one in d.items() if pair[0] not in kept and pair[1] not in kept.values()}
    targets, tracks = sorted({i for i, _ in free}), sorted({j for _, j in free})
    best: dict[int, int] = {}
    least = (0, 0.0)
    tied = False
    slots: list[int | None] = [*tracks, *[None] * len(targets)]
    for order in set(permutations(slots, len(targets))):
        pairs = [(i, j) for i, j in zip(targets, order, strict=True) if j is not None]
        if all(pair in free for pair in pairs):
            cost = (-len(pairs), sum(free[pair] for pair in pairs))
            if cost[0] == least[0] and abs(cost[1] - least[1]) < 1e-9 and dict(pairs) != best:
                tied = True
            elif cost < least:
                tied = False
                least, best = cost, dict(pairs)
    assume(not tied)  # either choice is right, and what follows depends on it
    return best


@settings(max_examples=60)
@given(PATHS, PATHS)
def test_switches_are_those_of_the_textbook(truth: Paths, tracks: Paths) -> None:
    a, b = rows(truth), rows(tracks)
    found = clear(a, b, near(a, b, GATE))
    switches, matched, metres = textbook_clear(truth, tracks)
    assert len(found.pairs) == matched
    assert found.pairs.distance_m.sum() == pytest.approx(metres)
    assert found.switches == switches


def textbook_shares(truth: Paths, tracks: Paths, followed: list[Stretch]) -> tuple[float, float, float]:
    """Completeness, ambiguity and spuriousness: counts of each step (Technical Report 2001-003)."""
    targets = sum(x is not None for path in truth for x in path)
    shown = sum(x is not None for path in tracks for x in path)
    at = [
        [
            (one.target, one.track)
            for one in followed
            if one.first <= k <= one.last and truth[one.target][k] is not None and tracks[one.track][k] is not None
        ]
        for k in range(STEPS)
    ]
    covered, used = (sum(len({pair[side] for pair in pairs}) for pairs in at) for side in (0, 1))
    return (
        covered / targets if targets else 0.0,
        used / covered if covered else 1.0,
        (shown - used) / shown if shown else 0.0,
    )


def textbook_segments(truth: Paths, followed: list[Stretch], times_s: Floats) -> tuple[float, float]:
    """The longest stretch, and the longest of all stretches of one track, in the lives of all targets."""
    life_s = longest_s = together_s = 0.0
    for target, path in enumerate(truth):
        alive = [k for k, x in enumerate(path) if x is not None]
        if not alive:
            continue
        life_s += times_s[alive[-1]] - times_s[alive[0]]
        own = [(one.track, float(times_s[one.last] - times_s[one.first])) for one in followed if one.target == target]
        longest_s += max((length for _, length in own), default=0.0)
        tracks = {track for track, _ in own}
        together_s += max((sum(length for one, length in own if one == track) for track in tracks), default=0.0)
    return (longest_s / life_s, together_s / life_s) if life_s else (0.0, 0.0)


@settings(max_examples=60)
@given(PATHS, PATHS, st.integers(1, 3), st.integers(1, 3))
def test_siap_is_counted_as_its_source_says(truth: Paths, tracks: Paths, confirm: int, misses: int) -> None:
    a, b = rows(truth), rows(tracks)
    followed = stretches(a, b, near(a, b, GATE), confirm, misses)
    times_s = np.array([0.0, 1.0, 2.5, 3.0, 4.0, 7.0, 8.0, 9.0])
    found = siap(a, b, times_s, followed)
    shares = (found.completeness, found.ambiguity, found.spuriousness)
    assert shares == pytest.approx(textbook_shares(truth, tracks, followed))
    segments = (found.longest_segment, found.longest_track)
    assert segments == pytest.approx(textbook_segments(truth, followed, times_s))
    assert all(one.last - one.first + 1 >= confirm for one in followed if confirm == 1 or one.last > one.first)
