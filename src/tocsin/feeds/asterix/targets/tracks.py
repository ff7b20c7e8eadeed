"""CAT062 (another system's tracks) and CAT010 (surface sensors) as detections.

Tracks of others come with their own smoothing: the site declares their source as `kind = "track"`. Their coasting is
told in `report`. CAT062 velocity axes point to geographic north at the target. Edition 0.17 writes altitude above mean
sea level, later ones above the ellipsoid; it is not corrected (up to 100 m).
"""

from functools import lru_cache

import numpy as np

from tocsin.feeds.asterix.kernels.records import ABSENT
from tocsin.feeds.asterix.targets.columns import Columns, Refuse, Rows, measured, timed, worded
from tocsin.feeds.asterix.targets.words import (
    callsign,
    callsign7,
    emitter_class,
    icao,
    source_track,
    squawk,
    words,
)
from tocsin.geo.units import DEGREE_RAD, FLIGHT_LEVEL_M, FOOT_M, FOOT_PER_MINUTE_MPS, KNOT_MPS, NAUTICAL_MILE_M
from tocsin.messages import Flags, Floats, Ints

EARTH_M = 6_371_000.0  # to turn metres of standard deviation into angles: 0.3% is nothing in a sigma

SAID062 = (
    (0, "080/CNF", "tentative"),
    (1, "080/CST", "coasting"),
    (2, "080/TSE", "last report of its track"),
    (3, "080/MON", "one sensor"),
    (4, "080/AFF", "ADS-B contradicts other sensors"),
    (5, "080/PFT", "possibly false, says the tracker"),
    (6, "060/V", "code not validated"),
    (7, "060/G", "code garbled"),
)
SAID010 = (
    (4, "020/RAB", "field monitor"),
    (5, "020/GBS", "on the ground"),
    (6, "170/TRE", "last report of its track"),
    (7, "170/GHO", "ghost, says the sensor"),
    (8, "090/V", "altitude not validated"),
    (9, "090/G", "altitude garbled"),
    (10, "060/V", "code not validated"),
    (11, "060/G", "code garbled"),
)
TYPES010 = (
    "SSR multilateration",
    "Mode S multilateration",
    "ADS-B",
    "PSR",
    "magnetic loop",
    "HF multilateration",
    "",
    "other",
)
TARGETS010 = ("", "aircraft", "ground vehicle", "helicopter")


def first_of(*columns: Floats) -> Floats:
    """The first of these that is there, row by row."""
    found = columns[0]
    for column in columns[1:]:
        found = np.where(np.isnan(found), column, found)
    return found


def track_words(columns: Columns, path: str) -> list[str | None]:
    """The names of tracks: "25/100:1234"."""
    number = columns.integer(path)
    return words(np.where(number == ABSENT, -1, columns.source << 16 | number), source_track)


def usable(columns: Columns, refuse: Refuse, refusals: tuple[tuple[str, str, Flags], ...]) -> Columns:
    """Without the records that one of these reasons refuses; each is refused once."""
    left: Flags = np.ones(len(columns), np.bool_)
    for reason, detail, which in refusals:
        now = which & left
        if now.any():
            refuse(reason, detail, now)
            left &= ~now
    return columns if left.all() else columns.keep(left)


def system(columns: Columns, refuse: Refuse) -> Rows:
    """CAT062."""
    placed = columns.has("105/LAT") & columns.has("105/LON")
    columns = usable(
        columns,
        refuse,
        (
            ("simulated track", "I062/080 SIM is set: a drill must never warn anybody", columns.flag("080/SIM")),
            ("track ended", "the last word of a track, without a place", columns.flag("080/TSE") & ~placed),
            (
                "place in a plane of its own",
                "only I062/100: metres in the sending system's plane; ask it to send I062/105 (WGS 84)",
                ~placed & columns.has("100/X"),
            ),
            ("track without a place", "neither I062/105 nor I062/100", ~placed),
        ),
    )
    latitude = columns.value("105/LAT") * DEGREE_RAD
    qnh = columns.flag("135/QNH")
    barometric = columns.value("135/CTB") * FLIGHT_LEVEL_M
    speed, heading = columns.value("180/SPEED") * KNOT_MPS, columns.value("180/HEADING") * DEGREE_RAD
    time_ns, time_sigma_s = timed(columns, ("070/TOD",))
    clear = ~(columns.flag("060/V") | columns.flag("060/G"))
    values = {
        "latitude_rad": latitude,
        "longitude_rad": columns.value("105/LON") * DEGREE_RAD,
        "altitude_m": first_of(columns.value("130/ALT") * FOOT_M, np.where(qnh, barometric, np.nan)),
        "pressure_altitude_m": first_of(np.where(qnh, np.nan, barometric), columns.value("136/MFL") * FLIGHT_LEVEL_M),
        "velocity_east_mps": first_of(columns.value("185/VX"), speed * np.sin(heading)),
        "velocity_north_mps": first_of(columns.value("185/VY"), speed * np.cos(heading)),
        "velocity_up_mps": columns.value("220/ROCD") * FOOT_PER_MINUTE_MPS,
        "time_sigma_s": time_sigma_s,
        **_accuracies(columns, latitude),
    }
    downlinked = np.where(columns.small("245/STI", 1) == 0, columns.integer("245/CHR"), ABSENT)
    texts = {
        "identity": words(columns.integer("380/ADR/ADR"), icao),
        "callsign": [
            own or target or plan
            for own, target, plan in zip(
                words(columns.integer("380/ID/ID"), callsign),
                words(downlinked, callsign),
                words(columns.integer("390/CS/CS"), callsign7),
                strict=True,
            )
        ],
        "squawk": words(np.where(clear, columns.integer("060/MODE3A"), ABSENT), squawk),
        "class": words(columns.integer("380/EMC/EMC"), emitter_class),
        "report": words(_key(columns, SAID062), _report062),
        "source_track": track_words(columns, "040/TRN"),
    }
    return _rows(columns, time_ns, values, texts)


def _accuracies(columns: Columns, latitude: Floats) -> dict[str, Floats]:
    north_m, east_m = columns.value("500/APC/Y"), columns.value("500/APC/X")
    along = np.maximum(np.cos(latitude), 0.01)
    return {
        "latitude_rad_sigma": first_of(columns.value("500/APW/LAT") * DEGREE_RAD, north_m / EARTH_M),
        "longitude_rad_sigma": first_of(columns.value("500/APW/LON") * DEGREE_RAD, east_m / (EARTH_M * along)),
        "altitude_m_sigma": columns.value("500/AGA/AGA") * FOOT_M,
        "pressure_altitude_m_sigma": columns.value("500/ABA/ABA") * FLIGHT_LEVEL_M,
        "velocity_east_mps_sigma": columns.value("500/ATV/X"),
        "velocity_north_mps_sigma": columns.value("500/ATV/Y"),
        "velocity_up_mps_sigma": columns.value("500/ARC/ARC") * FOOT_PER_MINUTE_MPS,
    }


def surface(columns: Columns, refuse: Refuse) -> Rows:
    """The targets of CAT010. Places in metres about the sensor become range and azimuth from it."""
    placed = columns.has("041/LAT") & columns.has("041/LON")
    polar, flat = columns.has("040/RHO"), columns.has("042/X")
    columns = usable(
        columns,
        refuse,
        (
            ("simulated target", "I010/020 SIM is set: a drill must never warn anybody", columns.flag("020/SIM")),
            ("test target", "I010/020 TST is set: the sensor checks itself", columns.flag("020/TST")),
            (
                "extrapolated track",
                "I010/170 CST says extrapolation: a guess is no detection",
                columns.small("170/CST") == 3,  # 1 and 2: between looks that were planned
            ),
            ("no measured position", "none of I010/040, 041 and 042", ~(placed | polar | flat)),
        ),
    )
    time_ns, time_sigma_s = timed(columns, ("140/TOD",))
    x, y = columns.value("042/X"), columns.value("042/Y")
    placed = columns.has("041/LAT")
    speed = columns.value("200/GSP") * NAUTICAL_MILE_M
    angle = columns.value("200/TRA") * DEGREE_RAD
    sure = ~(columns.flag("090/V") | columns.flag("090/G"))
    clear = ~(columns.flag("060/V") | columns.flag("060/G"))
    latitude = columns.value("041/LAT") * DEGREE_RAD
    along = np.maximum(np.cos(latitude), 0.01)
    range_m = first_of(columns.value("040/RHO"), np.hypot(x, y))
    azimuth = first_of(columns.value("040/TH") * DEGREE_RAD, np.arctan2(x, y) % (2 * np.pi))
    values = {
        "latitude_rad": latitude,
        "longitude_rad": columns.value("041/LON") * DEGREE_RAD,
        "latitude_rad_sigma": np.where(placed, columns.value("500/DEVY"), np.nan) / EARTH_M,
        "longitude_rad_sigma": np.where(placed, columns.value("500/DEVX"), np.nan) / (EARTH_M * along),
        "range_m": np.where(placed, np.nan, range_m),
        "azimuth_rad": np.where(placed, np.nan, azimuth),
        "pressure_altitude_m": np.where(sure, columns.value("090/FL"), np.nan) * FLIGHT_LEVEL_M,
        "velocity_east_mps": first_of(columns.value("202/VX"), speed * np.sin(angle)),
        "velocity_north_mps": first_of(columns.value("202/VY"), speed * np.cos(angle)),
        "amplitude_db": columns.value("131/PAM"),
        "time_sigma_s": time_sigma_s,
    }
    downlinked = np.where(columns.small("245/STI", 1) == 0, columns.integer("245/CHR"), ABSENT)
    key = _key(columns, SAID010) | columns.small("020/TYP", 6) | columns.small("020/TOT") << 12
    texts = {
        "identity": words(columns.integer("220/TA"), icao),
        "callsign": words(downlinked, callsign),
        "squawk": words(np.where(clear, columns.integer("060/MODE3A"), ABSENT), squawk),
        "report": words(key, _report010),
        "source_track": track_words(columns, "161/TRK"),
    }
    return _rows(columns, time_ns, values, texts)


def _rows(columns: Columns, time_ns: Ints, values: dict[str, Floats], texts: dict[str, list[str | None]]) -> Rows:
    return Rows(columns.order, columns.source, time_ns, columns.received_ns, measured(values), worded(texts))


def _key(columns: Columns, said: tuple[tuple[int, str, str], ...]) -> Ints:
    key = np.zeros(len(columns), np.int64)
    for bit, path, _ in said:
        key |= columns.small(path) << bit
    return key


@lru_cache(65_536)
def _report062(key: int) -> str | None:
    return "; ".join(word for bit, _, word in SAID062 if key >> bit & 1) or None


@lru_cache(65_536)
def _report010(key: int) -> str | None:
    said = [TYPES010[key & 7], TARGETS010[key >> 12 & 3], *(word for bit, _, word in SAID010 if key >> bit & 1)]
    return "; ".join(filter(None, said)) or None
