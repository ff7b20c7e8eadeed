"""Pictures as binary frames for the map: a snapshot, then only what changed, encoded once for all clients.

A frame is a MessagePack map; columns are raw little-endian bytes (docs/reference/live.md lists them). Numbers are
rounded here for display alone: what is decided and kept is never rounded. Times are seconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.geo.frames import enu_vector_from_ecef
from tocsin.messages import Floats, Ints, Picture
from tocsin.models.whereabouts import geodetic
from tocsin.settings import Frame as SiteFrame

VERSION = 1
NO_SENSOR = 65_535
ROUND = 0.01
# name: (dtype on the wire, step of rounding; 0 keeps the number). A row is sent again when a rounded number changes.
COLUMNS: Mapping[str, tuple[str, float]] = {
    "id": ("<u4", 0),
    "lon": ("<f8", 1e-6),  # a tenth of a metre
    "lat": ("<f8", 1e-6),
    "alt": ("<f4", 1.0),
    "ve": ("<f4", 0.1),
    "vn": ("<f4", 0.1),
    "vu": ("<f4", 0.1),
    "existence": ("<f4", 0.01),
    "state": ("<u1", 0),
    "cls": ("<u1", 0),
    "clsp": ("<f4", 0.01),
    "major": ("<f4", 1.0),
    "minor": ("<f4", 1.0),
    "angle": ("<f4", 0.02),
    "vs": ("<f4", 0.5),
    "last": ("<f8", 1e-3),
    "sensor": ("<u2", 0),
    "born": ("<f8", 1e-3),
    "ndet": ("<u4", 0),
    "continues": ("<i4", 0),
    "swapped": ("<i4", 0),
    "group": ("<u1", 0),
    "corr": ("<u1", 0),
}
Columns = dict[str, NDArray[np.generic]]
Words = tuple[str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, ready to be cut into frames."""

    time_s: float
    sent_s: float
    live: bool
    speed: float
    columns: Columns
    words: Mapping[int, Words]
    sensors: tuple[str, ...]
    classes: tuple[str, ...]


def shown(picture: Picture, frame: SiteFrame, *, sent_ns: int, live: bool, speed: float) -> Shown:
    """A picture in degrees and rounded for display. `sent_ns` is now, by the server's clock."""
    latitude, longitude, altitude, velocity = _placed(picture, frame)
    major, minor, angle = _ellipses(picture, latitude, longitude)
    exact: Mapping[str, NDArray[np.generic]] = {
        "id": picture.track,
        "lon": np.degrees(longitude),
        "lat": np.degrees(latitude),
        "alt": altitude,
        "ve": velocity[:, 0],
        "vn": velocity[:, 1],
        "vu": velocity[:, 2],
        "existence": picture.existence,
        "state": picture.state,
        "cls": picture.class_index,
        "clsp": picture.class_confidence,
        "major": major,
        "minor": minor,
        "angle": angle,
        "vs": np.sqrt(np.maximum(picture.covariance[:, 15] + picture.covariance[:, 18], 0.0) / 2.0),
        "last": picture.last_detection_ns / 1e9,
        "sensor": np.where(picture.last_sensor < 0, NO_SENSOR, picture.last_sensor),
        "born": picture.born_ns / 1e9,
        "ndet": picture.detections,
        "continues": picture.continues,
        "swapped": picture.swapped,
        "group": np.minimum(picture.group_min, 255),
        "corr": picture.corroborated,
    }
    columns = {name: _rounded(exact[name], dtype, step) for name, (dtype, step) in COLUMNS.items()}
    words = zip(picture.track.tolist(), zip(picture.identity, picture.callsign, picture.mark, strict=True), strict=True)
    spoken = {number: said for number, said in words if said != (None, None, "")}
    sensors, classes = picture.sensors, picture.classes
    return Shown(picture.time_ns / 1e9, sent_ns / 1e9, live, speed, columns, spoken, sensors, classes)


def _rounded(column: NDArray[np.generic], dtype: str, step: float) -> NDArray[np.generic]:
    if step:
        return (np.round(column.astype(np.float64) / step) * step).astype(dtype)
    return column.astype(dtype)


def _placed(picture: Picture, frame: SiteFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Latitude, longitude (radians), altitude and the velocity east, north, up of every row."""
    latitude, longitude, altitude = geodetic(frame, picture.position_m)
    if picture.frame == "local":
        return latitude, longitude, altitude, picture.velocity_mps
    return latitude, longitude, altitude, enu_vector_from_ecef(picture.velocity_mps, latitude, longitude)


def _ellipses(picture: Picture, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats, Floats]:
    """Semi-axes of the horizontal 1-sigma ellipse in metres, and the bearing of the major one in [0, pi)."""
    c = picture.covariance
    xx, xy, xz, yy, yz, zz = c[:, 0], c[:, 1], c[:, 2], c[:, 6], c[:, 7], c[:, 11]
    if picture.frame == "local":
        ee, en, nn = xx, xy, yy
    else:
        sin_lat, cos_lat, sin_lon, cos_lon = np.sin(latitude), np.cos(latitude), np.sin(longitude), np.cos(longitude)
        ex, ey = -sin_lon, cos_lon
        nx, ny, nz = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
        ee = ex * ex * xx + 2 * ex * ey * xy + ey * ey * yy
        en = ex * (nx * xx + ny * xy + nz * xz) + ey * (nx * xy + ny * yy + nz * yz)
        nn = nx * nx * xx + ny * ny * yy + nz * nz * zz + 2 * (nx * ny * xy + nx * nz * xz + ny * nz * yz)
    middle, spread = (ee + nn) / 2, np.hypot((ee - nn) / 2, en)
    bearing = np.mod(np.pi / 2 - np.arctan2(2 * en, ee - nn) / 2, np.pi)
    bearing[spread < ROUND * middle] = 0.0  # a circle has no bearing: what noise says would change with every frame
    return np.sqrt(np.maximum(middle + spread, 0)), np.sqrt(np.maximum(middle - spread, 0)), bearing


@dataclass(slots=True)
class Frame:
    """One step of a stream of frames. The snapshot is made when somebody first needs it."""

    seq: int
    delta: bytes
    shown: Shown
    _snapshot: bytes = b""

    @property
    def snapshot(self) -> bytes:
        """Everything, for who joins or was too slow for the last frame."""
        if not self._snapshot:
            everything = np.ones(len(self.shown.columns["id"]), np.bool_)
            self._snapshot = _encode("snapshot", self.seq, self.shown, everything, self.shown.words, _NO_IDS)
        return self._snapshot


_NO_IDS: Ints = np.zeros(0, np.int64)


@dataclass(slots=True)
class Stream:
    """Consecutive frames: each delta says what changed since the frame before."""

    seq: int = 0
    _last: Shown | None = field(default=None)

    def next(self, now: Shown) -> Frame:
        """The next frame."""
        self.seq += 1
        last, self._last = self._last, now
        if last is None:
            frame = Frame(self.seq, b"", now)
            frame.delta = frame.snapshot
            return frame
        changed, gone = _difference(last, now)
        words = {number: said for number, said in now.words.items() if last.words.get(number) != said}
        words |= {int(n): (None, None, "") for n in last.words.keys() - now.words.keys() if n in _ids(now)}
        return Frame(self.seq, _encode("delta", self.seq, now, changed, words, gone), now)


def snapshot(now: Shown) -> bytes:
    """A picture alone, of no stream: a view of the past."""
    return Frame(0, b"", now).snapshot


def _ids(now: Shown) -> set[int]:
    return set(now.columns["id"].tolist())


def _difference(last: Shown, now: Shown) -> tuple[NDArray[np.bool_], Ints]:
    """Which rows are new or changed, and which numbers are gone. Both have their rows sorted by number."""
    before, after = last.columns["id"].astype(np.int64), now.columns["id"].astype(np.int64)
    if not len(before):
        return np.ones(len(after), np.bool_), _NO_IDS
    at = np.minimum(np.searchsorted(before, after), len(before) - 1)
    changed = before[at] != after
    for name in COLUMNS:
        old, new = last.columns[name][at], now.columns[name]
        changed |= (old != new) & ~(_is_nan(old) & _is_nan(new))
    return changed, before[~np.isin(before, after, assume_unique=True)]


def _is_nan(column: NDArray[np.generic]) -> NDArray[np.bool_]:
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), np.bool_)


def _encode(kind: str, seq: int, now: Shown, rows: NDArray[np.bool_], words: Mapping[int, Words], gone: Ints) -> bytes:
    message: dict[str, object] = {
        "v": VERSION,
        "kind": kind,
        "time": now.time_s,
        "sent": now.sent_s,
        "live": now.live,
        "speed": now.speed,
        "seq": seq,
        "n": int(rows.sum()),
    }
    message |= {name: column[rows].tobytes() for name, column in now.columns.items()}
    message |= {"text": words, "gone": gone.astype("<u4").tobytes()}
    return msgspec.msgpack.encode(message)
