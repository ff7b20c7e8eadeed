"""The rows of a Scan against the documents' formulas, one record at a time in plain Python."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.asterix.records import ALL_EDITIONS, block, record, seeded
from tocsin.feeds.asterix import inspector
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.feeds.asterix.kernels.records import EXTENDED_FURTHER
from tocsin.feeds.asterix.layout import Edition
from tocsin.messages import Detections, Packet

NOON_NS = 1_780_056_000 * 10**9
FT, NM, KT, FL = 0.3048, 1852.0, 1852 / 3600, 30.48
Row = dict[str, float | str | None]
EARTH_M = 6_371_000.0


class Said:
    """The fields of a record, but of items that have something odd about them."""

    def __init__(self, edition: Edition, octets: bytes) -> None:
        self.values: dict[str, inspector.Value] = {}
        for part in inspector.record(edition, octets, 0, len(octets)).parts:
            for path, value in inspector.flat(part.item, part.content):
                odd = part.odd_parts.get(path.split("/")[1], 0) if part.odd_parts else part.odd
                if not odd & ~EXTENDED_FURTHER:
                    self.values[path] = value

    def number(self, path: str, by: float = 1.0) -> float:
        value = self.values.get(path)
        return math.nan if value is None else float(value.value) * by

    def integer(self, path: str, absent: int = -1) -> int:
        value = self.values.get(path)
        return absent if value is None else value.raw

    def is_set(self, *paths: str) -> bool:
        return any(self.integer(path) == 1 for path in paths)

    def text(self, path: str) -> str | None:
        value = self.values.get(path)
        return None if value is None or value.raw == 0 else str(value.value).rstrip(" ") or None

    def icao(self, path: str) -> str | None:
        address = self.integer(path, 0)
        return f"icao:{address:06x}" if address not in (0, 0xFFFFFF) else None

    def code(self, item: str) -> str | None:
        value = self.values.get(f"{item}/MODE3A")
        return None if value is None or self.is_set(f"{item}/V", f"{item}/G") else str(value.value)

    def track(self, path: str) -> str | None:
        return f"25/1:{self.integer(path)}" if path in self.values else None


def or_else(first: float, second: float) -> float:
    return second if math.isnan(first) else first


def of_a_radar(said: Said) -> Row | None:
    if said.is_set("020/SIM", "020/TST") or said.integer("020/TYP") == 0 or "040/RHO" not in said.values:
        return None
    doubtful = said.is_set("120/CAL/D")
    return {
        "range_m": said.number("RE/ERR/ERR" if said.is_set("020/ERR") else "040/RHO", NM),
        "azimuth_rad": said.number("040/THETA", math.pi / 180),
        "altitude_m": said.number("110/3DH", FT),
        "pressure_altitude_m": math.nan if said.is_set("090/V", "090/G") else said.number("090/FL", FL),
        "range_rate_mps": math.nan if doubtful else said.number("120/CAL/CAL"),
        "amplitude_db": or_else(said.number("130/PAM/PAM"), said.number("130/SAM/SAM")),
        "identity": said.icao("220/ACADDR"),
        "callsign": said.text("240/ACID"),
        "squawk": said.code("070"),
        "source_track": said.track("161/TRN"),
    }


def of_a_system(said: Said) -> Row | None:
    if said.is_set("080/SIM") or "105/LAT" not in said.values:
        return None
    qnh = said.is_set("135/QNH")
    speed, heading = said.number("180/SPEED", KT), said.number("180/HEADING", math.pi / 180)
    latitude = said.number("105/LAT", math.pi / 180)
    target = said.text("245/CHR") if said.integer("245/STI") == 0 else None
    return {
        "latitude_rad": latitude,
        "longitude_rad": said.number("105/LON", math.pi / 180),
        "altitude_m": or_else(said.number("130/ALT", FT), said.number("135/CTB", FL) if qnh else math.nan),
        "pressure_altitude_m": or_else(math.nan if qnh else said.number("135/CTB", FL), said.number("136/MFL", FL)),
        "velocity_east_mps": or_else(said.number("185/VX"), speed * math.sin(heading)),
        "velocity_north_mps": or_else(said.number("185/VY"), speed * math.cos(heading)),
        "velocity_up_mps": said.number("220/ROCD", FT / 60),
        "latitude_rad_sigma": or_else(said.number("500/APW/LAT", math.pi / 180), said.number("500/APC/Y") / EARTH_M),
        "altitude_m_sigma": said.number("500/AGA/AGA", FT),
        "velocity_up_mps_sigma": said.number("500/ARC/ARC", FT / 60),
        "identity": said.icao("380/ADR/ADR"),
        "squawk": said.code("060"),
        "callsign": said.text("380/ID/ID") or target,
        "source_track": said.track("040/TRN"),
    }


def of_an_aircraft(said: Said) -> Row | None:
    if said.is_set("040/SIM", "040/TST") or not {"130/LAT", "131/LAT"} & said.values.keys():
        return None
    finer = "131/LON" in said.values
    speed = math.nan if said.is_set("160/RE") else said.number("160/GS", NM)
    angle = said.number("160/TA", math.pi / 180)
    geometric = math.nan if said.is_set("157/RE") else said.number("157/GVR", FT / 60)
    barometric = math.nan if said.is_set("155/RE") else said.number("155/BVR", FT / 60)
    return {
        "latitude_rad": said.number("131/LAT" if finer else "130/LAT", math.pi / 180),
        "longitude_rad": said.number("131/LON" if finer else "130/LON", math.pi / 180),
        "altitude_m": said.number("140/GH", FT),
        "pressure_altitude_m": said.number("145/FL", FL),
        "velocity_east_mps": speed * math.sin(angle),
        "velocity_north_mps": speed * math.cos(angle),
        "velocity_up_mps": or_else(geometric, barometric),
        "amplitude_db": said.number("132/MAM"),
        "squawk": said.code("070"),
        "callsign": said.text("170/TID"),
        "source_track": said.track("161/TRNUM"),
    }


def of_a_surface_sensor(said: Said) -> Row | None:
    placed = "041/LAT" in said.values
    if (
        said.is_set("020/SIM", "020/TST")
        or said.integer("000/MT", 1) != 1
        or said.integer("170/CST") == 3
        or not (placed or "040/RHO" in said.values or "042/X" in said.values)
    ):
        return None
    x, y = said.number("042/X"), said.number("042/Y")
    speed, angle = said.number("200/GSP", NM), said.number("200/TRA", math.pi / 180)
    azimuth = or_else(said.number("040/TH", math.pi / 180), math.atan2(x, y) % (2 * math.pi))
    return {
        "latitude_rad": said.number("041/LAT", math.pi / 180),
        "range_m": math.nan if placed else or_else(said.number("040/RHO"), math.hypot(x, y)),
        "azimuth_rad": math.nan if placed else azimuth,
        "pressure_altitude_m": math.nan if said.is_set("090/V", "090/G") else said.number("090/FL", FL),
        "velocity_east_mps": or_else(said.number("202/VX"), speed * math.sin(angle)),
        "velocity_north_mps": or_else(said.number("202/VY"), speed * math.cos(angle)),
        "identity": said.icao("220/TA"),
        "squawk": said.code("060"),
        "source_track": said.track("161/TRK"),
    }


FORMULAS: dict[int, Callable[[Said], Row | None]] = {
    48: of_a_radar,
    62: of_a_system,
    21: of_an_aircraft,
    10: of_a_surface_sensor,
}
# One edition of each family: in a decoder of its own, the newest of those that fit is read.
WRITTEN = [
    one for one in ALL_EDITIONS if (one.category, one.name) in {(48, "1.32"), (62, "1.21"), (21, "2.7"), (10, "1.1")}
]


@pytest.mark.parametrize("edition", WRITTEN, ids=repr)
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_every_row_is_what_the_document_says(edition: Edition, seed: int) -> None:
    rng = seeded(seed)
    records: list[bytes] = []
    while len(records) < 5:
        made = bytearray(record(edition, rng, share=rng.random()))
        fspec = next(index for index, octet in enumerate(made) if not octet & 1)
        made[fspec + 1 : fspec + 3] = bytes([25, 1])
        records.append(bytes(made))
    decoder = Asterix("box")
    scan = decoder.decode(
        [Packet(NOON_NS + index * 10**9, block(edition.category, [one])) for index, one in enumerate(records)]
    )
    # What a newer edition wrote fits no older one better, and among equals the newest is read.
    assert decoder.editions()[edition.category, "asterix 25/1"] == edition
    expected = [FORMULAS[edition.category](Said(edition, one)) for one in records]
    kept = [row for row in expected if row is not None]
    assert len(scan.detections) == len(kept)
    for index, row in enumerate(kept):
        for name, value in row.items():
            compare(scan.detections, index, name, value)


def compare(detections: Detections, index: int, name: str, value: float | str | None) -> None:
    if isinstance(value, float):
        number = float(detections.values[name][index]) if name in detections.values else math.nan
        same = math.isclose(number, value, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(number) and math.isnan(value))
        assert same, (name, number, value)
    else:
        got = detections.texts[name][index] if name in detections.texts else None
        # A callsign of nothing but a plan's is left to the plan; one of six-bit letters is as the inspector says.
        assert got == value or (name == "callsign" and value is None), (name, got, value)
