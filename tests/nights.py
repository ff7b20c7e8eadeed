"""Tables of warnings for tests: places on a flat bit of earth, flights past them, alerts about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.flown import Columns, table
from tocsin.geo.frames import ecef_from_enu, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.score.tables.objects import Objects, truth_of
from tocsin.score.tables.warning import Alerts, Places, alerts_of, places_of

LATITUDE_RAD, LONGITUDE_RAD = np.radians(57.0), np.radians(21.5)
DRONE, BIRD, ROCKET = "one-way-attack drone", "bird", "ballistic rocket"


@dataclass(frozen=True, slots=True)
class Flight:
    """A straight flight: rows each second from `begin_s` to `end_s`, east and north in metres and m/s."""

    number: int
    kind: str
    begin_s: float
    end_s: float
    east_m: float
    north_m: float
    east_mps: float
    north_mps: float = 0.0

    def places(self) -> tuple[Floats, Floats, Floats]:
        """Times, and where it is then."""
        times = np.arange(self.begin_s, self.end_s + 0.5)
        since = times - self.begin_s
        return times, self.east_m + self.east_mps * since, self.north_m + self.north_mps * since


def degrees(east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude of a place near the middle."""
    enu = np.stack(np.broadcast_arrays(east_m, north_m, 0.0), axis=-1)
    latitude, longitude, _ = geodetic_from_ecef(ecef_from_enu(enu, LATITUDE_RAD, LONGITUDE_RAD, 0.0))
    return np.degrees(latitude), np.degrees(longitude)


def truth(*flights: Flight) -> Objects:
    """The truth table of these flights, read back."""
    columns: dict[str, list[object]] = {
        name: []
        for name in (
            "time",
            "target",
            "latitude_deg",
            "longitude_deg",
            "velocity_east_mps",
            "velocity_north_mps",
            "class",
        )
    }
    for one in flights:
        times, east, north = one.places()
        latitude, longitude = degrees(east, north)
        values = (times, latitude, longitude)
        for name, column in zip(("time", "latitude_deg", "longitude_deg"), values, strict=True):
            columns[name] += column.tolist()
        for name, value in (
            ("target", one.number),
            ("velocity_east_mps", one.east_mps),
            ("velocity_north_mps", one.north_mps),
            ("class", one.kind),
        ):
            columns[name] += [value] * len(times)
    return truth_of(table("truth", columns), "earth")


def places(*at_m: tuple[float, float], ring_m: float = 1000.0, **more: Sequence[str]) -> Places:
    """Sites "p0", "p1", ... at east, north metres."""
    points = [degrees(np.array(east), np.array(north)) for east, north in at_m]
    columns: Columns = {
        "place": [f"p{number}" for number in range(len(at_m))],
        "geometry": [f"POINT ({float(longitude):.9f} {float(latitude):.9f})" for latitude, longitude in points],
        "ring_m": [ring_m] * len(at_m),
        **more,
    }
    return places_of(table("places", columns))


def alerts(where: Places, *rows: tuple[str, str, float, float | None], **more: Sequence[object]) -> Alerts:
    """Rows of (place, stage, decided, ended) in seconds."""
    names = ("place", "stage", "decided", "ended")
    columns: dict[str, list[object]] = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    if not rows:
        return Alerts(*(np.zeros(0, np.int64),) * 8)
    return alerts_of(table("alerts", {**columns, **more}), where)
