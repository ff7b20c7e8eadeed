"""CAT048: what one radar measured, as detections.

Range is slant range, azimuth is from the north that the radar is aligned to (its error is the tracker's to find).
Height of a 3D radar is above mean sea level (I048/110): it goes into `altitude_m` as it is, up to 100 m from the
ellipsoid. The sign of the Doppler speed is not in the document: positive is taken to recede, as in CAT001 and CAT015.
The radar's own track (I048/161, 170) is kept as a name only: its speed is no measurement, and its extrapolations (no
detection) are no detections.
"""

from functools import lru_cache

import numpy as np

from tocsin.feeds.asterix.inspector import record
from tocsin.feeds.asterix.kernels.records import ABSENT
from tocsin.feeds.asterix.targets.columns import Columns, Refuse, Rows, measured, timed, worded
from tocsin.feeds.asterix.targets.words import (
    REPORT_TYPES,
    WARNINGS,
    callsign,
    icao,
    source_track,
    squawk,
    warned,
    warned_class,
    words,
)
from tocsin.geo.units import FLIGHT_LEVEL_M, FOOT_M, NAUTICAL_MILE_M, TURN_RAD
from tocsin.messages import Flags, Floats, Ints

# Bits of a report's key, above its type (0-7, 8: not said).
SAID: tuple[tuple[int, str, str], ...] = (
    (4, "020/RAB", "field monitor"),
    (5, "020/SPI", "SPI"),
    (6, "020/ME", "military emergency"),
    (7, "020/MI", "military identification"),
    (8, "170/GHO", "ghost, says the radar"),
    (9, "170/TRE", "last report of its track"),
    (10, "070/V", "code not validated"),
    (11, "070/G", "code garbled"),
    (12, "090/V", "altitude not validated"),
    (13, "090/G", "altitude garbled"),
    (14, "120/CAL/D", "Doppler doubtful"),
)
FRIEND = ("", "Mode 4 friend", "Mode 4 unknown", "Mode 4 no reply")  # I048/020 FOE/FRI, from bit 15


def rows(columns: Columns, refuse: Refuse) -> Rows:
    """The detections among these records; `refuse` is told of all others."""
    columns = _detections(columns, refuse)
    time_ns, time_sigma_s = timed(columns, ("140/TOD",))
    sure = ~(columns.flag("090/V") | columns.flag("090/G"))
    clear = ~(columns.flag("070/V") | columns.flag("070/G"))
    doppler = np.where(columns.flag("120/CAL/D"), np.nan, columns.value("120/CAL/CAL"))
    primary = columns.value("130/PAM/PAM")
    warnings = columns.integer("030/WE")
    track = columns.integer("161/TRN")
    values = {
        "range_m": _range_m(columns),
        "azimuth_rad": columns.value("040/THETA") * (TURN_RAD / 360.0),
        "range_rate_mps": doppler,
        "altitude_m": columns.value("110/3DH") * FOOT_M,
        "pressure_altitude_m": np.where(sure, columns.value("090/FL"), np.nan) * FLIGHT_LEVEL_M,
        "amplitude_db": np.where(np.isnan(primary), columns.value("130/SAM/SAM"), primary),
        "time_sigma_s": time_sigma_s,
    }
    texts = {
        "identity": words(columns.integer("220/ACADDR"), icao),
        "callsign": words(columns.integer("240/ACID"), callsign),
        "squawk": words(np.where(clear, columns.integer("070/MODE3A"), ABSENT), squawk),
        "class": words(warnings, warned_class),
        "report": _reports(columns, warnings),
        "source_track": words(np.where(track == ABSENT, -1, columns.source << 16 | track), source_track),
    }
    return Rows(columns.order, columns.source, time_ns, columns.received_ns, measured(values), worded(texts))


def _detections(columns: Columns, refuse: Refuse) -> Columns:
    """Without what is no measurement of a real target."""
    left: Flags = np.ones(len(columns), np.bool_)
    for reason, detail, which in (
        (
            "simulated target",
            "I020 SIM is set: a drill or a test must never warn anybody; feed it to a site of its own",
            columns.flag("020/SIM"),
        ),
        (
            "test target",
            "I020 TST is set: the radar checks itself; there is nothing in the air",
            columns.flag("020/TST"),
        ),
        (
            "extrapolated track",
            "I020 says no detection: the radar's tracker guesses where its target is; a guess is no detection",
            columns.integer("020/TYP") == 0,
        ),
        (
            "no measured position",
            "no I040 in the record: a place that the radar calculated is no measurement",
            ~columns.has("040/RHO"),
        ),
    ):
        which = which & left  # noqa: PLW2901  each record is refused once
        if which.any():
            refuse(reason, detail, which)
            left &= ~which
    return columns if left.all() else columns.keep(left)


def _range_m(columns: Columns) -> Floats:
    """Slant range; beyond 256 NM it is in the reserved expansion field."""
    nautical_miles = columns.value("040/RHO")
    for index in np.flatnonzero(columns.flag("020/ERR")):
        octets = columns.octets(int(index))
        edition = columns.program.editions[columns.edition[index]]
        said = record(edition, octets, 0, len(octets)).values().get("RE/ERR/ERR")
        nautical_miles[index] = float(said.value) if said is not None else np.nan
    return nautical_miles * NAUTICAL_MILE_M


def _reports(columns: Columns, warnings: Ints) -> list[str | None]:
    key = columns.small("020/TYP", 8) | columns.small("020/FOEFRI") << 15
    for bit, path, _ in SAID:
        key |= columns.small(path) << bit
    said = words(key, _report)
    for index in np.flatnonzero(warnings != ABSENT):
        codes = ", ".join(WARNINGS.get(code, f"warning {code}") for code in warned(int(warnings[index])) if code)
        said[index] = "; ".join(filter(None, (said[index], codes))) or None
    return said


@lru_cache(65_536)
def _report(key: int) -> str | None:
    kind = key & 15
    said = [REPORT_TYPES[kind]] if kind < len(REPORT_TYPES) else []
    said += [word for bit, _, word in SAID if key >> bit & 1]
    said += filter(None, [FRIEND[key >> 15 & 3]])
    return "; ".join(said) or None
