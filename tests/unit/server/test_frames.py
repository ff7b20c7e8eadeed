"""Frames: a snapshot, then what changed; applied one after the other they are the picture."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.skies import START_NS, picture
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu
from tocsin.messages import Picture
from tocsin.server.frames import COLUMNS, NO_SENSOR, Shown, Stream, shown, snapshot
from tocsin.settings import Frame

LATITUDE, LONGITUDE = np.radians(57.0), np.radians(21.0)


def show(made: Picture, frame: Frame | None = None) -> Shown:
    return shown(made, frame or Frame(), sent_ns=made.time_ns, live=True, speed=1.0)


def read(message: bytes) -> dict[str, Any]:
    """A frame as the map reads it."""
    frame: dict[str, Any] = msgspec.msgpack.decode(message, strict=False)
    for name, (dtype, _) in COLUMNS.items():
        frame[name] = np.frombuffer(frame[name], dtype)
        assert len(frame[name]) == frame["n"]
    frame["gone"] = np.frombuffer(frame["gone"], "<u4")
    return frame


@dataclass(slots=True)
class Map:
    """A client: rows by track number."""

    seq: int = 0
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    words: dict[int, Any] = field(default_factory=dict)

    def take(self, message: bytes) -> None:
        frame = read(message)
        if frame["kind"] == "snapshot":
            self.rows, self.words = {}, {}
        else:
            assert frame["seq"] == self.seq + 1
        self.seq = frame["seq"]
        for number in frame["gone"].tolist():
            del self.rows[number]
            self.words.pop(number, None)
        for row, number in enumerate(frame["id"].tolist()):
            self.rows[number] = {name: frame[name][row] for name in COLUMNS}
        self.words |= {int(number): tuple(said) for number, said in frame["text"].items()}
        self.words = {number: said for number, said in self.words.items() if said != (None, None, "")}


tracks = st.lists(st.integers(1, 30), unique=True, max_size=12).map(sorted)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    numbers = draw(tracks)
    n = len(numbers)
    existence = np.array(draw(st.lists(st.sampled_from([0.2, 0.95, float("nan")]), min_size=n, max_size=n)))
    said = tuple(draw(st.lists(st.sampled_from([None, "icao:4ca7b3"]), min_size=n, max_size=n)))
    return picture(START_NS, numbers, existence=existence, identity=said)


@given(st.lists(pictures(), min_size=1, max_size=6))
def test_a_snapshot_and_its_deltas_are_the_picture(shown_pictures: list[Picture]) -> None:
    stream, kept = Stream(), Map()
    for made in shown_pictures:
        frame = stream.next(show(made))
        kept.take(frame.delta)
        fresh = Map()
        fresh.take(frame.snapshot)
        assert set(kept.rows) == set(made.track.tolist())
        for number, row in fresh.rows.items():
            np.testing.assert_equal(kept.rows[number], row)
        assert kept.words == fresh.words


def test_a_delta_holds_only_what_changed() -> None:
    stream = Stream()
    stream.next(show(picture(START_NS, [1, 2, 3])))
    moved = picture(START_NS, [1, 2, 3], existence=np.array([0.95, 0.5, 0.95]))
    assert read(stream.next(show(moved)).delta)["id"].tolist() == [2]
    assert read(stream.next(show(moved)).delta)["n"] == 0
    ended = picture(START_NS, [1, 3, 4], existence=np.array([0.95, 0.95, 0.95]))
    last = read(stream.next(show(ended)).delta)
    assert (last["id"].tolist(), last["gone"].tolist()) == ([4], [2])


def test_less_than_can_be_seen_is_no_change() -> None:
    stream = Stream()
    position = ecef_from_geodetic(LATITUDE, LONGITUDE, 3_000.0)[None]
    stream.next(show(picture(START_NS, [1], position_m=position)))
    assert read(stream.next(show(picture(START_NS, [1], position_m=position + 0.01))).delta)["n"] == 0
    assert read(stream.next(show(picture(START_NS, [1], position_m=position + 2.0))).delta)["n"] == 1


def test_place_and_velocity_are_what_the_map_needs() -> None:
    position = ecef_from_geodetic(LATITUDE, LONGITUDE, 3_000.0)[None]
    velocity = ecef_vector_from_enu([100.0, -50.0, 5.0], LATITUDE, LONGITUDE)[None]
    last_sensor = np.array([-1], np.int32)
    row = read(
        snapshot(show(picture(START_NS, [7], position_m=position, velocity_mps=velocity, last_sensor=last_sensor)))
    )
    assert (row["id"][0], row["sensor"][0]) == (7, NO_SENSOR)
    np.testing.assert_allclose([row["lon"][0], row["lat"][0], row["alt"][0]], [21.0, 57.0, 3_000.0], atol=1e-6)
    np.testing.assert_allclose([row["ve"][0], row["vn"][0], row["vu"][0]], [100.0, -50.0, 5.0], atol=0.05)
    assert row["last"][0] == START_NS / 1e9
    assert (row["live"], row["speed"], row["time"]) == (True, 1.0, START_NS / 1e9)


@given(st.floats(10.0, 5_000.0), st.floats(0.05, 0.9), st.floats(0.0, np.pi - 0.05))
def test_the_ellipse_is_that_of_the_covariance(major: float, ratio: float, bearing: float) -> None:
    minor = major * ratio
    along, across = (
        np.array([np.sin(bearing), np.cos(bearing), 0.0]),
        np.array([np.cos(bearing), -np.sin(bearing), 0.0]),
    )
    enu = major**2 * np.outer(along, along) + minor**2 * np.outer(across, across) + np.diag([0.0, 0.0, 900.0])
    turn = np.stack([ecef_vector_from_enu(axis, LATITUDE, LONGITUDE) for axis in np.eye(3)], axis=1)
    ecef = turn @ enu @ turn.T
    covariance = np.zeros((1, 21))
    covariance[0, [0, 1, 2, 6, 7, 11]] = ecef[np.triu_indices(3)]
    position = ecef_from_geodetic(LATITUDE, LONGITUDE, 3_000.0)[None]
    columns = show(picture(START_NS, [1], covariance=covariance, position_m=position)).columns
    assert abs(float(columns["major"][0]) - major) <= 0.51
    assert abs(float(columns["minor"][0]) - minor) <= 0.51
    off = (float(columns["angle"][0]) - bearing + np.pi / 2) % np.pi - np.pi / 2
    assert abs(off) < 0.03


def test_a_local_frame_is_drawn_at_its_origin() -> None:
    frame = Frame(kind="local", latitude_rad=float(LATITUDE), longitude_rad=float(LONGITUDE))
    covariance = np.zeros((1, 21))
    covariance[0, [0, 6]] = [400.0, 100.0]
    made = picture(
        START_NS, [1], frame="local", position_m=np.array([[0.0, 1_000.0, 50.0]]),
        velocity_mps=np.array([[3.0, 4.0, 0.0]]), covariance=covariance,
    )  # fmt: skip
    row = read(snapshot(show(made, frame)))
    np.testing.assert_allclose(
        [row["lon"][0], row["lat"][0]], [21.0, 57.0 + np.degrees(1_000.0 / 6_382_000)], atol=1e-4
    )
    assert (row["ve"][0], row["vn"][0], row["major"][0], row["minor"][0]) == (3.0, 4.0, 20.0, 10.0)
    assert abs(float(row["angle"][0]) - np.pi / 2) < 0.02


def test_an_empty_sky_is_a_frame_too() -> None:
    stream = Stream()
    assert read(stream.next(show(picture(START_NS))).delta)["n"] == 0
    assert read(stream.next(show(picture(START_NS, [1]))).delta)["n"] == 1
    assert read(stream.next(show(picture(START_NS))).delta)["gone"].tolist() == [1]
