"""CAT021: what aircraft say of themselves, with how well they say they know it, as detections.

Accuracy: NACp is a 95% radius (EPU), NUCp of the old editions a containment radius whose 95% radius is known; a 95%
radius is 2.448 standard deviations of one axis of a round distribution. Sources: DO-260B tables 2-14 (NACp), 2-68
(GVA), 2-25 (NACv); DO-260 table 2-11 (NUCp); EUROCONTROL-SPEC-0149-12 I021/090.
"""

from functools import lru_cache

import numpy as np

from tocsin.feeds.asterix.kernels.records import ABSENT
from tocsin.feeds.asterix.targets.columns import TICK_NS, Columns, Refuse, Rows, day_time, measured, timed, worded
from tocsin.feeds.asterix.targets.tracks import EARTH_M, first_of, track_words, usable
from tocsin.feeds.asterix.targets.words import anonymous, callsign, emitter_class, icao, squawk, words
from tocsin.geo.units import (
    DEGREE_RAD,
    FLIGHT_LEVEL_M,
    FOOT_M,
    FOOT_PER_MINUTE_MPS,
    NAUTICAL_MILE_M,
    SECOND_NS,
)
from tocsin.messages import Floats, Ints

NAN = float("nan")
# 95% radius in metres for each category; NaN says nothing.
NACP_M = np.array([NAN, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3, NAN, NAN, NAN, NAN])
NUCP_M = np.array([NAN, 18_520, 9_260, 1_852, 926, 463, 185.2, 92.6, 10, 3, NAN, NAN, NAN, NAN, NAN, NAN])
NACV_MPS = np.array([NAN, 10, 3, 1, 0.3, NAN, NAN, NAN])  # horizontal, 95%
GVA_M = np.array([NAN, 150, 45, NAN])  # geometric altitude, 95%
AXIS_OF_95_RADIUS = 2.448  # sqrt(-2 ln 0.05): one axis of a round Gaussian
AXIS_OF_95_LINE = 1.96

SAID = (
    (0, "040/RAB", "field monitor"),
    (1, "040/GBS", "on the ground"),
    (2, "040/SPI", "SPI"),
    (3, "040/IPC", "independent position check failed"),
    (4, "040/NOGO", "no-go bit"),
    (5, "040/CPR", "CPR validation failed"),
    (6, "040/LDPJ", "position jumped"),
    (7, "040/RCF", "range check failed"),
    (8, "070/V", "code not validated"),
    (9, "070/G", "code garbled"),
)
EMERGENCIES = (
    "",
    "general emergency",
    "lifeguard or medical",
    "minimum fuel",
    "no communications",
    "unlawful interference",
    "downed aircraft",
    "",
)
ICAO_ADDRESS_OLD, ICAO_ADDRESS = 1, 0  # I021/040 ATP of 0.x and of 2.x


def rows(columns: Columns, refuse: Refuse) -> Rows:
    """The positions among these records."""
    placed = (columns.has("130/LAT") & columns.has("130/LON")) | (columns.has("131/LAT") & columns.has("131/LON"))
    columns = usable(
        columns,
        refuse,
        (
            ("simulated target", "I021/040 SIM is set: a drill must never warn anybody", columns.flag("040/SIM")),
            ("test target", "I021/040 TST is set: the ground station checks itself", columns.flag("040/TST")),
            ("report without a place", "neither I021/130 nor I021/131: nothing to see yet", ~placed),
        ),
    )
    latitude = first_of(columns.value("131/LAT"), columns.value("130/LAT")) * DEGREE_RAD
    longitude = first_of(columns.value("131/LON"), columns.value("130/LON")) * DEGREE_RAD
    speed = np.where(columns.flag("160/RE"), np.nan, columns.value("160/GS")) * NAUTICAL_MILE_M
    angle = columns.value("160/TA") * DEGREE_RAD
    climb = first_of(
        np.where(columns.flag("157/RE"), np.nan, columns.value("157/GVR")),
        np.where(columns.flag("155/RE"), np.nan, columns.value("155/BVR")),
    )
    time_ns, time_sigma_s = _timed(columns)
    values = {
        "latitude_rad": latitude,
        "longitude_rad": longitude,
        "altitude_m": columns.value("140/GH") * FOOT_M,
        "pressure_altitude_m": columns.value("145/FL") * FLIGHT_LEVEL_M,
        "velocity_east_mps": speed * np.sin(angle),
        "velocity_north_mps": speed * np.cos(angle),
        "velocity_up_mps": climb * FOOT_PER_MINUTE_MPS,
        "amplitude_db": columns.value("132/MAM"),
        "time_sigma_s": time_sigma_s,
        **_sigmas(columns, latitude),
    }
    return Rows(columns.order, columns.source, time_ns, columns.received_ns, measured(values), worded(_texts(columns)))


def _timed(columns: Columns) -> tuple[Ints, Floats]:
    """Applicability before reception before the old time of day; reception is refined by its fraction (I021/074)."""
    time_ns, sigma_s = timed(columns, ("071/TOD", "073/TOD", "030/TOD"))
    whole, fraction, full = columns.integer("073/TOD"), columns.integer("074/TOMRP"), columns.integer("074/FSI")
    finer = (columns.integer("071/TOD") == ABSENT) & (whole != ABSENT) & (fraction != ABSENT) & (full < 3)
    if finer.any():
        seconds = whole * TICK_NS // SECOND_NS + np.where(full == 1, 1, np.where(full == 2, -1, 0))
        nanoseconds = np.rint(np.where(finer, fraction, 0) * (SECOND_NS / 2**30)).astype(np.int64)
        of_day = np.where(finer, seconds * SECOND_NS + nanoseconds, 0)
        time_ns = np.where(finer, day_time(of_day, columns.received_ns), time_ns)
    accuracy = columns.value("032/TODA")
    return time_ns, first_of(sigma_s, np.where(accuracy > 0, accuracy, np.nan))


def _sigmas(columns: Columns, latitude: Floats) -> dict[str, Floats]:
    version0 = columns.small("210/VN", 1) == 0
    old = columns.integer("090/PA")
    nucp = np.where(old != ABSENT, old, np.where(version0, columns.integer("090/NUCPNIC"), ABSENT))
    radius_m = first_of(_of(NACP_M, columns.integer("090/NACP")), _of(NUCP_M, nucp)) / AXIS_OF_95_RADIUS
    speed = np.where(columns.has("095/VUC"), columns.integer("095/VUC"), columns.integer("090/NUCRNACV"))
    speed_mps = _of(NACV_MPS, speed) / AXIS_OF_95_RADIUS
    along = np.maximum(np.cos(latitude), 0.01)
    return {
        "latitude_rad_sigma": radius_m / EARTH_M,
        "longitude_rad_sigma": radius_m / (EARTH_M * along),
        "altitude_m_sigma": _of(GVA_M, columns.integer("090/GVA")) / AXIS_OF_95_LINE,
        "velocity_east_mps_sigma": speed_mps,
        "velocity_north_mps_sigma": speed_mps,
    }


def _of(table: Floats, categories: Ints) -> Floats:
    known = (categories >= 0) & (categories < len(table))
    return np.where(known, table[np.where(known, categories, 0)], np.nan)


def _texts(columns: Columns) -> dict[str, list[str | None]]:
    address, kind = columns.integer("080/TA"), columns.integer("040/ATP")
    old = columns.has("090/PA") | columns.has("030/TOD")
    worldwide = np.where(old, kind == ICAO_ADDRESS_OLD, kind == ICAO_ADDRESS) | (kind == ABSENT)
    clear = ~(columns.flag("070/V") | columns.flag("070/G"))
    key = columns.small("200/PS", 0) << 10 | np.where(columns.small("040/CL") == 1, 1, 0) << 13
    key |= np.where(columns.small("200/TS") < len(EMERGENCIES), columns.small("200/TS"), 0) << 10
    for bit, path, _ in SAID:
        key |= columns.small(path) << bit
    return {
        "identity": [
            known or other
            for known, other in zip(
                words(np.where(worldwide, address, ABSENT), icao),
                words(np.where(worldwide, ABSENT, address), anonymous),
                strict=True,
            )
        ],
        "callsign": words(columns.integer("170/TID"), callsign),
        "squawk": words(np.where(clear, columns.integer("070/MODE3A"), ABSENT), squawk),
        "class": words(columns.integer("020/ECAT"), emitter_class),
        "report": words(key, _report),
        "source_track": track_words(columns, "161/TRNUM"),
    }


@lru_cache(65_536)
def _report(key: int) -> str | None:
    said = ["ADS-B", *(word for bit, _, word in SAID if key >> bit & 1)]
    said += filter(None, [EMERGENCIES[key >> 10 & 7], "suspect, says the ground station" if key >> 13 & 1 else ""])
    return "; ".join(said)
