"""What everybody may know: the public's statements, and a picture that is late and coarse. Need to know, in one file.

The public never sees where we are blind, what covers a place, how long its people need, why something is believed, or
what staff are told; where nothing was said it sees no statement.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import degrees, radians

import numpy as np

from tocsin.alerts.release.desk import Desk
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Picture, TrackState
from tocsin.models.whereabouts import geodetic
from tocsin.server.audiences.desk import known, outline, seconds
from tocsin.server.station import Station
from tocsin.settings import Frame

DELAY_NS = 300 * SECOND_NS
STEP_NS = 5 * SECOND_NS  # one picture in so long
CELL_RAD = radians(0.05)
CELL_M = 5_500.0  # so long is its longer side
HEIGHT_M = 1_000.0
CLASSES = ("aircraft",)


def static(station: Station) -> Mapping[str, object]:
    """The map: places by name and outline, and no ring, no time to act, no sensor."""
    return {
        "kind": "static",
        "title": station.title,
        "mode": station.mode,
        "late_s": DELAY_NS / SECOND_NS,
        "coarse_m": CELL_M,
        "zone": station.timezone,
        "frame": "earth",
        "origin": {"lon": degrees(station.frame.longitude_rad), "lat": degrees(station.frame.latitude_rad)},
        "classes": CLASSES,
        "sensor_names": (),
        "sensors": (),
        "places": [
            {
                "name": place.name,
                "title": place.title or place.name,
                "kind": place.kind,
                "geometry": [(degrees(longitude), degrees(latitude)) for latitude, longitude in place.geometry],
                "parent": place.parent,
            }
            for place in station.settings.places
        ],
        "lines": [{"name": line.name, "kind": line.kind, "geometry": line.geometry} for line in station.lines],
    }


def said(desk: Desk | None, station: Station) -> Mapping[str, object]:
    """What was released to the public and has not expired: the words, where, and until when."""
    titles = {place.name: place.title or place.name for place in station.settings.places}
    time_ns = desk.time_ns if desk else station.scene_ns()
    spoken = [
        one
        for one in (desk.statements if desk else ())
        if one.audience == "public" and one.state == "released" and one.expires_ns > time_ns
    ]
    return {
        "kind": "public",
        "time": time_ns / SECOND_NS,
        "status": desk.status if desk else station.settings.releasing.status,
        "statements": [
            {
                "identifier": one.identifier,
                "place": one.place,
                "title": titles.get(one.place, one.place),
                "kind": one.kind,
                "stage": one.stage,
                "status": one.status,
                "sent": seconds(one.released_ns),
                "expires": seconds(one.expires_ns),
                "area": outline(one),
                "area_km2": known(one.area_km2),
            }
            for one in spoken
        ],
    }


def coarse(picture: Picture, frame: Frame) -> Picture:
    """Confirmed tracks alone, each in the middle of its cell: no speed, no sensor, no words, no doubt, no class."""
    rows = np.flatnonzero(picture.state == TrackState.CONFIRMED)
    latitude, longitude, altitude = geodetic(frame, picture.position_m[rows])
    n = len(rows)
    nothing = np.zeros(n)
    none = np.full(n, -1, np.int64)
    then = np.full(n, picture.time_ns, np.int64)
    position = ecef_from_geodetic(_cell(latitude, CELL_RAD), _cell(longitude, CELL_RAD), _cell(altitude, HEIGHT_M))
    return replace(
        picture, frame="earth", track=picture.track[rows], position_m=position.reshape(n, 3),
        velocity_mps=np.broadcast_to(0.0, (n, 3)), covariance=np.broadcast_to(0.0, (n, 21)), existence=nothing + 1.0,
        state=np.full(n, TrackState.CONFIRMED, np.uint8), born_ns=then, last_detection_ns=then,
        last_sensor=none.astype(np.int32), detections=then * 0, continues=none, continues_probability=nothing,
        swapped=none, group_min=np.ones(n, np.int32), class_index=np.zeros(n, np.int32), class_confidence=nothing,
        corroborated=np.ones(n, np.bool_), identity=(None,) * n, callsign=(None,) * n, mark=("",) * n, sensors=(),
        classes=CLASSES, ended=np.zeros(0, np.int64), class_probability=np.zeros((0, 0)),
        witness_track=np.zeros(0, np.int64), witness_sensor=np.zeros(0, np.int32),
        witness_detections=np.zeros(0, np.int64), witness_recent=np.zeros(0),
        sure=np.zeros(0, np.int64),
    )  # fmt: skip


def _cell(value: Floats, step: float) -> Floats:
    return np.asarray((np.floor(value / step) + 0.5) * step)


@dataclass(slots=True)
class Late:
    """Coarse pictures on their way to the public. Those that are younger than five minutes wait."""

    frame: Frame
    _waiting: deque[Picture] = field(default_factory=deque)

    def take(self, picture: Picture) -> Picture | None:
        """A new picture comes; the newest one that may be shown now, if it was not shown yet."""
        if self._waiting and picture.time_ns < self._waiting[-1].time_ns:
            self._waiting.clear()  # a playback went back
        if not self._waiting or picture.time_ns - self._waiting[-1].time_ns >= STEP_NS:
            self._waiting.append(coarse(picture, self.frame))
        shown = None
        while self._waiting and self._waiting[0].time_ns <= picture.time_ns - DELAY_NS:
            shown = self._waiting.popleft()
        return shown
