"""SBS text ("BaseStation", port 30003): one comma-separated line for each message, positions already decoded.

Source: the format as Kinetic's BaseStation prints it; readsb and dump1090 print the same. Known troubles, met here:
times in the receiver's local zone, empty or wrong dates, positions of 0 0, callsigns of `@`, addresses of others.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from tocsin.feeds.draft import Draft
from tocsin.feeds.mode_s.aircraft import Settled
from tocsin.feeds.pieces import Pieces, line_pattern
from tocsin.geo.units import FOOT_M, FOOT_PER_MINUTE_MPS, KNOT_MPS
from tocsin.messages import Packet, Scan, SensorStatus

LINE = line_pattern(b"\n")
FIELDS_MIN = 16  # up to the longitude; BaseStation prints 22
OTHER_RECORDS = (b"SEL", b"ID", b"AIR", b"STA", b"CLK")  # BaseStation's own events, without a place
ZONE_NS = 900 * 1_000_000_000  # time zones differ by quarters of an hour
ZONE_NS_MAX = 14 * 3_600 * 1_000_000_000
LATE_NS_MAX = 10 * 1_000_000_000  # more delay than this is a wrong clock
VELOCITY_FRESH_NS = 2_000_000_000
AIRCRAFT_MAX = 16_384
YEARS = (1990, 2200)  # a date outside is a clock that was never set


class _Aircraft:
    __slots__ = ("callsign", "squawk", "velocity", "velocity_ns")

    def __init__(self) -> None:
        self.callsign, self.squawk = Settled(), Settled()
        self.velocity: dict[str, float] = {}
        self.velocity_ns = 0


class Sbs:
    """Decoder of SBS text. `untimed`: packets carry no time of arrival (a plain file), so that the printed times, taken
    as UTC, are all there is.
    """

    def __init__(self, feed: str, *, untimed: bool = False) -> None:
        self.feed = feed
        self._untimed = untimed
        self._pieces = Pieces("sbs")
        self._aircraft: dict[str, _Aircraft] = {}
        self._zone_ns = 0
        self._received_ns = 0

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """Positions, and what was refused. Lines may be cut anywhere."""
        draft = Draft(self.feed, packets, self._received_ns)
        self._received_ns = draft.received_ns
        for packet in packets:
            for line in self._pieces.lines(draft, packet, LINE):
                self._line(draft, line, packet.received_ns)
        return draft.scan()

    def flush(self) -> Scan:
        """The end of the stream."""
        draft = Draft(self.feed, received_ns=self._received_ns)
        self._pieces.flush(draft)
        return draft.scan()

    def _line(self, draft: Draft, line: bytes, received_ns: int) -> None:
        fields = line.strip().split(b",")
        if fields == [b""] or fields[0] in OTHER_RECORDS:
            return
        if fields[0] not in (b"MSG", b"MLAT") or len(fields) < FIELDS_MIN:
            detail = f"expected MSG,... with {FIELDS_MIN} to 22 fields, got {len(fields)}"
            draft.refused("sbs: not a message", detail, line)
            return
        identity = _identity(fields[4])
        if identity is None:
            draft.refused("sbs: address unreadable", "the fifth field holds six hexadecimal digits", line)
            return
        time_ns = self._time(draft, fields, received_ns, line)
        if time_ns is None:
            return
        aircraft = self._aircraft.pop(identity, None) or _Aircraft()
        self._aircraft[identity] = aircraft
        if len(self._aircraft) > AIRCRAFT_MAX:
            self._aircraft.pop(next(iter(self._aircraft)))
        source = f"{'mlat' if fields[0] == b'MLAT' else 'sbs'} {self.feed}"
        draft.heard(source, time_ns)
        _learn(aircraft, fields, time_ns)
        values = _position(fields)
        if values is None:
            draft.refused("sbs: position out of range", "latitude -90 to 90, longitude -180 to 180, not 0 0", line)
        elif values:
            if time_ns - aircraft.velocity_ns <= VELOCITY_FRESH_NS:
                values |= aircraft.velocity
            aircraft.velocity = {}
            texts = {"identity": identity, "callsign": aircraft.callsign.value, "squawk": aircraft.squawk.value}
            draft.detected(source, time_ns, received_ns, values, texts)

    def _time(self, draft: Draft, fields: list[bytes], received_ns: int, line: bytes) -> int | None:
        """When the message was made, in UTC: as printed, less the zone that the difference to the arrival shows."""
        stamp_ns = _stamp(fields[6], fields[7])
        if self._untimed:
            if stamp_ns is None:
                draft.refused("sbs: no time", "a recording needs the date and time of each message", line)
            return stamp_ns
        if stamp_ns is None:
            return received_ns
        late_ns = received_ns - stamp_ns
        zone_ns = -((late_ns + ZONE_NS // 2) // ZONE_NS) * ZONE_NS
        rest_ns = late_ns + zone_ns
        if not -LATE_NS_MAX <= rest_ns <= LATE_NS_MAX or abs(zone_ns) > ZONE_NS_MAX:
            detail = (
                f"printed times are {late_ns / 1e9:.0f} s behind; the time of arrival is used; set the receiver's clock"
            )
            draft.refused("sbs: clock is wrong", detail, line)
            return received_ns
        if zone_ns != self._zone_ns:
            self._zone_ns = zone_ns
            text = f"prints times of zone UTC{zone_ns / 3.6e12:+.2f} h; taken back to UTC"
            draft.told(SensorStatus(received_ns, f"sbs {self.feed}", text=text))
        return stamp_ns - zone_ns


def _identity(field: bytes) -> str | None:
    text = field.strip().lower().decode("ascii", "replace")
    digits = text.removeprefix("~")
    try:
        value = int(digits, 16)
    except ValueError:
        return None
    if not 0 < len(digits) <= 7 or not digits.isalnum():
        return None
    # More than 24 bits, or a tilde, mark an address that is not the aircraft's own.
    return f"icao:{value:06x}" if value < 1 << 24 and digits == text else f"anonymous:{value & 0xFFFFFF:06x}"


def _stamp(date: bytes, time: bytes) -> int | None:
    text = f"{date.decode('ascii', 'replace')} {time.decode('ascii', 'replace')}"
    for layout in ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S"):
        try:
            moment = datetime.strptime(text, layout).replace(tzinfo=UTC)
        except ValueError:
            continue
        if not YEARS[0] <= moment.year <= YEARS[1]:
            return None
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
    return None


def _number(fields: list[bytes], index: int, lowest: float, highest: float) -> float:
    """A field as a number within its bounds, else NaN."""
    if index >= len(fields):
        return math.nan
    try:
        value = float(fields[index])
    except ValueError:
        return math.nan
    return value if lowest <= value <= highest else math.nan


def _learn(aircraft: _Aircraft, fields: list[bytes], time_ns: int) -> None:
    callsign = fields[10].strip().decode("ascii", "replace")
    if callsign.isascii() and callsign.isalnum():
        aircraft.callsign.take(callsign)
    squawk = fields[17].strip().decode("ascii", "replace") if len(fields) > 17 else ""
    if len(squawk) == 4 and set(squawk) <= set("01234567"):
        aircraft.squawk.take(squawk)
    speed_mps = _number(fields, 12, 0.0, 3_000.0) * KNOT_MPS
    track_rad = math.radians(_number(fields, 13, 0.0, 360.0))
    if not math.isnan(speed_mps + track_rad):
        aircraft.velocity = {
            "velocity_east_mps": speed_mps * math.sin(track_rad),
            "velocity_north_mps": speed_mps * math.cos(track_rad),
            "velocity_up_mps": _number(fields, 16, -50_000.0, 50_000.0) * FOOT_PER_MINUTE_MPS,
        }
        aircraft.velocity_ns = time_ns


def _position(fields: list[bytes]) -> dict[str, float] | None:
    """Empty where the message tells no position, None where it tells an impossible one."""
    if not fields[14].strip() or not fields[15].strip():
        return {}
    latitude, longitude = _number(fields, 14, -90.0, 90.0), _number(fields, 15, -180.0, 180.0)
    if math.isnan(latitude + longitude) or latitude == longitude == 0.0:
        return None
    values = {"latitude_rad": math.radians(latitude), "longitude_rad": math.radians(longitude)}
    altitude_m = _number(fields, 11, -2_000.0, 130_000.0) * FOOT_M
    return values if math.isnan(altitude_m) else values | {"pressure_altitude_m": altitude_m}
