"""Two drones that meet, and what the picture says of them."""

import numpy as np

from tests.tracks import follow, scan, sensor, tracker_of
from tocsin.messages import Picture, TrackState
from tocsin.models.model import Mode, Model

STEADY = Model((Mode("steady", 0.05, 0.05),), speed_mps=60.0)


def crossing(spacing_m: float, angle: float, seed: int, identities: tuple[str, str] | None = None) -> list[Picture]:
    """Two drones at 30 m/s whose paths come within `spacing_m` after 30 s."""
    rng = np.random.default_rng(seed)
    tracker = tracker_of(sensor(), model=STEADY)
    scans = []
    for k in range(61):
        along = 30.0 * (k - 30)
        one = np.array([along, spacing_m / 2])
        other = np.array([along * np.cos(angle), along * np.sin(angle) - spacing_m / 2])
        texts = None if identities is None else {"identity": identities}
        scans.append(scan("lab", 100.0 + k, np.stack([one, other]) + 10.0 * rng.standard_normal((2, 2)), texts=texts))
    return follow(tracker, scans)


def numbers(picture: Picture) -> list[int]:
    return [int(n) for n in picture.track[picture.state == TrackState.CONFIRMED]]


def test_two_drones_cross_and_the_picture_says_that_they_may_have_swapped() -> None:
    for seed in range(5):
        last = crossing(0.0, 0.12, seed)[-1]
        assert len(numbers(last)) == 2
        one, other = numbers(last)
        assert dict(zip(last.track.tolist(), last.swapped.tolist(), strict=True)) == {one: other, other: one}


def test_two_drones_that_stay_apart_are_not_said_to_have_swapped() -> None:
    for seed in range(5):
        last = crossing(400.0, 0.12, seed)[-1]
        assert len(numbers(last)) == 2
        assert (last.swapped == -1).all()


def test_two_drones_that_say_who_they_are_keep_their_names_when_they_cross() -> None:
    for seed in range(5):
        pictures = crossing(0.0, 0.12, seed, ("rid:a", "rid:b"))
        before, after = pictures[10], pictures[-1]
        named = dict(zip(before.identity, before.track.tolist(), strict=True))
        assert named == dict(zip(after.identity, after.track.tolist(), strict=True))
        assert (after.swapped == -1).all()
