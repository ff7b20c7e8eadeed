"""A simulated radar's detections as ASTERIX octets: CAT048 plots, CAT034 north marks and sectors, CAT-by-CAT blocks.

For load, for tests and for showing a night to somebody else's system. It writes a fixed set of items, whole columns at
a time; it shares nothing with the decoder, so that one checks the other. Layouts: EUROCONTROL-SPEC-0149-4 (CAT048) and
-2b (CAT034). What a field cannot hold is clipped to its range.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.geo.units import FLIGHT_LEVEL_M, FOOT_M, NAUTICAL_MILE_M, SECOND_NS, TURN_RAD
from tocsin.messages import Detections, Flags, Floats, Ints, Scan

Octets = NDArray[np.uint8]

DATAGRAM_OCTETS = 1400  # what passes an Ethernet without being cut
DAY_NS = 86_400 * SECOND_NS
PSR, SSR, ROLL_CALL, ROLL_CALL_AND_PSR = 1, 2, 5, 7  # I048/020 TYP
NORTH, SECTOR = 1, 2  # I034/000

# FRN, octets of each item written. In the order of the profile.
ITEMS = {
    "010": 1,
    "140": 2,
    "020": 3,
    "040": 4,
    "070": 5,
    "090": 6,
    "130": 7,
    "220": 8,
    "240": 9,
    "161": 11,
    "110": 19,
    "120": 20,
}
ALWAYS = 4  # 010, 140, 020, 040


def _big(values: Ints, octets: int) -> Octets:
    """Integers as rows of so many octets, most significant first, in two's complement."""
    shifts = np.arange(8 * (octets - 1), -8, -8)
    rows: Octets = (values[:, None] >> shifts & 255).astype(np.uint8)
    return rows


def _rounded(values: Floats, lsb: float, low: int, high: int) -> Ints:
    """In steps of `lsb`; 0 where it is NaN."""
    steps = np.rint(np.nan_to_num(values, nan=0.0) / lsb)
    return np.clip(steps, low, high).astype(np.int64)


def _time_of_day(time_ns: Ints) -> Octets:
    return _big((time_ns % DAY_NS) * 128 // SECOND_NS, 3)


def _letters(words: Sequence[str | None]) -> Ints:
    """Eight characters of six bits."""
    coded = []
    for word in words:
        value = 0
        for letter in (word or "").upper().ljust(8)[:8]:
            value = value << 6 | (ord(letter) & 63)
        coded.append(value)
    return np.array(coded, np.int64)


def _numbers(words: Sequence[str | None], base: int) -> Ints:
    """The number after the last colon, -1 where there is no word."""
    return np.array([int(word.rpartition(":")[2], base) if word else -1 for word in words], np.int64)


def plots(detections: Detections, rows: Ints, source: tuple[int, int]) -> list[bytes]:
    """One CAT048 record for each of these detections of the radar with this (SAC, SIC)."""
    columns = _columns(detections, rows, source)
    present = np.stack([there for there, _ in columns.values()], axis=1)
    frns = np.array([ITEMS[name] for name in columns])
    masks = (present * (1 << np.arange(len(columns)))).sum(axis=1)
    records: list[bytes] = [b""] * len(rows)
    for mask in np.unique(masks).tolist():
        own = np.flatnonzero(masks == mask)
        chosen = present[own[0]]
        parts = [octets[own] for (_, octets), take in zip(columns.values(), chosen, strict=True) if take]
        block = np.hstack([np.tile(_fspec(frns[chosen]), (len(own), 1)), *parts])
        for row, record in zip(own.tolist(), block, strict=True):
            records[row] = record.tobytes()
    return records


def _fspec(frns: NDArray[np.int64]) -> Octets:
    octets = np.zeros((int(frns.max()) - 1) // 7 + 1, np.uint8)
    for frn in frns.tolist():
        octets[(frn - 1) // 7] |= 128 >> ((frn - 1) % 7)
    octets[:-1] |= 1
    return octets


def _columns(detections: Detections, rows: Ints, source: tuple[int, int]) -> dict[str, tuple[Flags, Octets]]:
    """Where each item is there, and its octets."""
    n = len(rows)
    nothing = np.full(n, np.nan)

    def value(name: str) -> Floats:
        column = detections.values.get(name)
        return nothing if column is None else column[rows]

    def text(name: str) -> list[str | None]:
        words = detections.texts.get(name)
        return [words[row] if words else None for row in rows.tolist()]

    identity = [word if word and word.startswith("icao:") else None for word in text("identity")]
    address, squawk = _numbers(identity, 16), _numbers(text("squawk"), 8)
    callsign, track = text("callsign"), _numbers(text("source_track"), 10)
    altitude, height = value("pressure_altitude_m"), value("altitude_m")
    rate, amplitude = value("range_rate_mps"), value("amplitude_db")
    kind = np.where(address >= 0, ROLL_CALL, np.where(squawk >= 0, SSR, PSR))
    kind = np.where((kind == ROLL_CALL) & np.isfinite(amplitude), ROLL_CALL_AND_PSR, kind)
    always = np.ones(n, np.bool_)
    azimuth = _rounded(value("azimuth_rad") % TURN_RAD, TURN_RAD / 65536, 0, 65536) % 65536
    spoken = np.array([bool(word) for word in callsign], np.bool_)
    return {
        "010": (always, np.tile(np.array(source, np.uint8), (n, 1))),
        "140": (always, _time_of_day(detections.time_ns[rows])),
        "020": (always, _big(kind << 5, 1)),
        "040": (
            always,
            np.hstack([_big(_rounded(value("range_m"), NAUTICAL_MILE_M / 256, 0, 65535), 2), _big(azimuth, 2)]),
        ),
        "070": (squawk >= 0, _big(squawk & 0o7777, 2)),
        "090": (np.isfinite(altitude), _big(_rounded(altitude, FLIGHT_LEVEL_M / 4, -8192, 8191) & 0x3FFF, 2)),
        "130": (
            np.isfinite(amplitude),
            np.hstack([_big(np.full(n, 8), 1), _big(_rounded(amplitude, 1.0, -128, 127), 1)]),
        ),
        "220": (address >= 0, _big(address, 3)),
        "240": (spoken, _big(_letters(callsign), 6)),
        "161": (track >= 0, _big(track & 0xFFF, 2)),
        "110": (np.isfinite(height), _big(_rounded(height, 25 * FOOT_M, -8192, 8191) & 0x3FFF, 2)),
        "120": (
            np.isfinite(rate),
            np.hstack([_big(np.full(n, 128), 1), _big(_rounded(rate, 1.0, -512, 511) & 0x3FF, 2)]),
        ),
    }


def north(source: tuple[int, int], time_ns: int, period_s: float) -> bytes:
    """A CAT034 north marker with the period."""
    period = round(period_s * 128)
    return bytes([0b11101000, *source, NORTH, *_tod(time_ns), *period.to_bytes(2)])


def sector(source: tuple[int, int], time_ns: int, edge: int) -> bytes:
    """A CAT034 sector crossing; `edge` in 1/256 of a turn."""
    return bytes([0b11110000, *source, SECTOR, *_tod(time_ns), edge])


def place(source: tuple[int, int], time_ns: int, latitude_rad: float, longitude_rad: float, height_m: float) -> bytes:
    """A CAT034 north marker with the place of the radar."""
    lsb = TURN_RAD / 2 / 2**23
    where = [round(height_m).to_bytes(2, signed=True)]
    where += [round(angle / lsb).to_bytes(3, signed=True) for angle in (latitude_rad, longitude_rad)]
    return bytes([0b11100001, 0b00010000, *source, NORTH, *_tod(time_ns), *b"".join(where)])


def _tod(time_ns: int) -> bytes:
    return ((time_ns % DAY_NS) * 128 // SECOND_NS).to_bytes(3)


def blocks(category: int, records: Sequence[bytes], octets_max: int = DATAGRAM_OCTETS) -> list[bytes]:
    """Records in blocks of one category, none longer than `octets_max`, as many in each as there is room for."""
    made: list[bytes] = []
    waiting: list[bytes] = []
    size = 3
    for record in records:
        if waiting and size + len(record) > octets_max:
            made.append(bytes([category, *size.to_bytes(2)]) + b"".join(waiting))
            waiting, size = [], 3
        waiting.append(record)
        size += len(record)
    if waiting:
        made.append(bytes([category, *size.to_bytes(2)]) + b"".join(waiting))
    return made


def datagrams(scan: Scan, codes: Mapping[str, tuple[int, int]]) -> list[tuple[int, bytes]]:
    """What the radars in `codes` (name: SAC, SIC) would have sent for this Scan: received_ns and octets, in order.

    A survey sweep with a sector becomes its sector crossing, and a north marker at its start.
    """
    sent: list[tuple[int, bytes]] = []
    sensor = scan.sweeps.sensor[scan.detections.sweep]
    for name, source in codes.items():
        if name not in scan.sensors:
            continue
        index = scan.sensors.index(name)
        rows = np.flatnonzero((sensor == index) & np.isfinite(detected_range(scan.detections)))
        if len(rows):
            received_ns = int(scan.detections.received_ns[rows].max())
            sent += [(received_ns, block) for block in blocks(48, plots(scan.detections, rows, source))]
        sent += [(scan.received_ns, block) for block in blocks(34, _crossings(scan, index, source))]
    return sorted(sent, key=lambda one: one[0])


def detected_range(detections: Detections) -> Floats:
    """The ranges, NaN where there are none."""
    return detections.values.get("range_m", np.full(len(detections), np.nan))


def _crossings(scan: Scan, sensor: int, source: tuple[int, int]) -> list[bytes]:
    sweeps = scan.sweeps
    told: list[bytes] = []
    for row in np.flatnonzero((sweeps.sensor == sensor) & sweeps.survey & np.isfinite(sweeps.azimuth_to_rad)).tolist():
        edge = round(float(sweeps.azimuth_to_rad[row]) / TURN_RAD * 256) % 256
        start, end = float(sweeps.azimuth_from_rad[row]), float(sweeps.azimuth_to_rad[row])
        width = (end - start) % TURN_RAD / TURN_RAD or 1.0
        end_ns = int(sweeps.end_ns[row])
        if edge:
            told.append(sector(source, end_ns, edge))
        else:
            told.append(north(source, end_ns, (end_ns - int(sweeps.start_ns[row])) / width / SECOND_NS))
    return told
