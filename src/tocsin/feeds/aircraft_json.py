"""readsb's `aircraft.json`: all aircraft that a receiver knows, once a second, each with the age of its position.

Source: readsb, README-json.md. A position is `seen_pos` seconds older than `now`, and is told again until a newer one
comes: it counts once. Documents may follow each other in one stream. Services that print the same entries under "ac",
with `now` in milliseconds, are read too.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tocsin.feeds.draft import Draft
from tocsin.feeds.mode_s.aircraft import EARTH_RADIUS_M
from tocsin.feeds.mode_s.receiver import NACP_M, RAYLEIGH_95
from tocsin.geo.units import FOOT_M, FOOT_PER_MINUTE_MPS, KNOT_MPS
from tocsin.messages import Packet, Scan

DOCUMENT_BYTES_MAX = 16_777_216  # 20,000 aircraft at 800 bytes each
OUTSIDE_BYTES_MAX = 4096
STRING_BYTES_MAX = 4096
ORIGINS_MAX = 64
AGE_S_MAX = 60.0  # readsb itself calls an older position the last one, and tells it elsewhere
SAME_NS = 150_000_000  # ages are rounded to 0.1 s
AIRCRAFT_MAX = 65_536
MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
YEAR_2200_S = 7.3e9

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.){0,%d}("?)|[{}]' % STRING_BYTES_MAX, re.DOTALL)
_OUTSIDE = re.compile(rb"[^{]{1,%d}" % OUTSIDE_BYTES_MAX)


class AircraftJson:
    """Decoder of aircraft.json, one document or many."""

    def __init__(self, feed: str, *, document_bytes_max: int = DOCUMENT_BYTES_MAX) -> None:
        self.feed = feed
        self._limit = document_bytes_max
        self._streams: dict[str, _Documents] = {}
        self._told_ns: dict[str, int] = {}
        self._received_ns = 0

    def decode(self, packets: Sequence[Packet]) -> Scan:
        """New positions, and what was refused. Documents may be cut anywhere."""
        draft = Draft(self.feed, packets, self._received_ns)
        self._received_ns = draft.received_ns
        for packet in packets:
            stream = self._streams.pop(packet.origin, None) or _Documents(self._limit)
            self._streams[packet.origin] = stream  # at the end: the first one was silent for longest
            if len(self._streams) > ORIGINS_MAX:
                self._streams.pop(next(iter(self._streams))).flush(draft)
            for document in stream.take(draft, packet.data):
                self._document(draft, document, packet.received_ns)
        return draft.scan()

    def flush(self) -> Scan:
        """The end of the stream."""
        draft = Draft(self.feed, received_ns=self._received_ns)
        for stream in self._streams.values():
            stream.flush(draft)
        self._streams.clear()
        return draft.scan()

    def _document(self, draft: Draft, document: bytes, received_ns: int) -> None:
        try:
            whole = msgspec.json.decode(document)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            draft.refused("aircraft.json: not JSON", f"{error}; a document is one JSON object", document)
            return
        now_s = _number(whole, "now", 0.0, 1e4 * YEAR_2200_S)
        entries = whole.get("aircraft", whole.get("ac"))
        if math.isnan(now_s) or not isinstance(entries, list):
            detail = 'expected {"now": seconds, "aircraft": [...]}; is this readsb\'s aircraft.json?'
            draft.refused("aircraft.json: not a list of aircraft", detail, document)
            return
        now_ns = round((now_s / 1000.0 if now_s > MILLISECONDS_FROM else now_s) * 1e9)
        if now_ns > YEAR_2200_S * 1e9:
            draft.refused("aircraft.json: time out of range", f"now is {now_s}", document)
            return
        draft.heard(f"adsb {self.feed}", now_ns)
        for entry in entries:
            self._entry(draft, entry, now_ns, received_ns)

    def _entry(self, draft: Draft, entry: Any, now_ns: int, received_ns: int) -> None:  # noqa: ANN401 - JSON may be anything
        if not isinstance(entry, dict) or not isinstance(entry.get("hex"), str):
            detail = 'an aircraft is an object with "hex", its address'
            draft.refused("aircraft.json: not an aircraft", detail, msgspec.json.encode(entry))
            return
        if "lat" not in entry and "lon" not in entry:
            return
        latitude, longitude = _number(entry, "lat", -90.0, 90.0), _number(entry, "lon", -180.0, 180.0)
        age_s = _number(entry, "seen_pos", 0.0, AGE_S_MAX)
        identity = _identity(entry["hex"])
        if math.isnan(latitude + longitude + age_s) or identity is None:
            detail = f"expected hex, lat -90..90, lon -180..180, seen_pos 0..{AGE_S_MAX:.0f}"
            draft.refused("aircraft.json: position unusable", detail, msgspec.json.encode(entry))
            return
        time_ns = now_ns - round(age_s * 1e9)
        if time_ns <= self._told_ns.pop(identity, -SAME_NS - 1) + SAME_NS:
            self._told_ns[identity] = max(time_ns, 0)
            draft.refused("aircraft.json: position told before", "the same position of an earlier second", b"", time_ns)
            return
        self._told_ns[identity] = time_ns
        if len(self._told_ns) > AIRCRAFT_MAX:
            self._told_ns.pop(next(iter(self._told_ns)))
        texts = {"identity": identity, "callsign": _word(entry, "flight"), "squawk": _word(entry, "squawk")}
        values = _place(entry, latitude, longitude) | _velocity(entry)
        draft.detected(f"{_source(entry)} {self.feed}", time_ns, received_ns, values, texts)


class _Documents:
    """Cuts one stream into JSON objects by counting braces outside strings."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self._scanned = 0  # the next byte to look at; the object begins at 0
        self._depth = 0

    def take(self, draft: Draft, data: bytes) -> Iterator[bytes]:
        self._data += data
        while True:
            if self._depth == 0:
                if not self._skip_outside(draft):
                    return
                self._depth, self._scanned = 1, 1
            end = self._scan(draft)
            if end is None:
                return
            if end > 0:
                document = bytes(self._data[:end])
                self._drop(end)
                yield document

    def flush(self, draft: Draft) -> None:
        if self._data.strip():
            detail = "the input ended within a document"
            draft.refused("aircraft.json: unfinished message", detail, bytes(self._data))
        self._drop(len(self._data))

    def _drop(self, length: int) -> None:
        del self._data[:length]
        self._scanned = self._depth = 0

    def _skip_outside(self, draft: Draft) -> bool:
        """Refuse what comes before an object. False where more bytes are needed."""
        while (match := _OUTSIDE.match(self._data)) is not None:
            if match.end() == len(self._data) and match.end() < OUTSIDE_BYTES_MAX:
                return False
            if match.group().strip(b" \t\r\n,[]"):
                detail = "expected a JSON object"
                draft.refused("aircraft.json: bytes outside an object", detail, bytes(match.group()))
            self._drop(match.end())
        return bool(self._data)

    def _scan(self, draft: Draft) -> int | None:
        """Where the object ends; 0 where it was refused; None where more bytes are needed."""
        while (match := _TOKEN.search(self._data, self._scanned)) is not None and match.start() < self._limit:
            token = match.group()
            if token[:1] == b'"' and not match[1]:
                end = len(self._data)
                if match.end() == end or (match.end() == end - 1 and self._data[-1:] == b"\\"):
                    self._scanned = match.start()
                    return None
                detail = f"a string of more than {STRING_BYTES_MAX} bytes"
                return self._refuse(draft, "aircraft.json: not JSON", detail, match.end())
            self._scanned = match.end()
            self._depth += {b"{": 1, b"}": -1}.get(bytes(token), 0)
            if self._depth == 0:
                return match.end()
        if len(self._data) < self._limit:
            # Nothing but plain characters from here on: they need no second look.
            self._scanned = len(self._data)
            return None
        detail = f"a document of more than {self._limit} bytes"
        return self._refuse(draft, "aircraft.json: too long", detail, self._limit)

    def _refuse(self, draft: Draft, reason: str, detail: str, length: int) -> int:
        draft.refused(reason, detail, bytes(self._data[:length]))
        self._drop(length)
        return 0


def _number(entry: Mapping[str, Any], key: str, lowest: float, highest: float) -> float:
    """A number within its bounds, else NaN. JSON numbers may be larger than any float."""
    value = entry.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and lowest <= value <= highest:
        return float(value)
    return math.nan


def _word(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get(key)
    word = value.strip() if isinstance(value, str) else ""
    return word if word.isascii() and word.isalnum() else None


def _identity(text: str) -> str | None:
    """A tilde marks an address that is not the aircraft's own."""
    digits = text.removeprefix("~").lower()
    if len(digits) != 6 or not set(digits) <= set("0123456789abcdef"):
        return None
    return f"anonymous:{digits}" if text.startswith("~") else f"icao:{digits}"


def _source(entry: Mapping[str, Any]) -> str:
    """Who says so: the aircraft, a network of receivers, or a ground station."""
    kind = str(entry.get("type", ""))
    for name in ("mlat", "tisb"):
        fields = entry.get(name)
        if kind.startswith(name) or (isinstance(fields, list) and "lat" in fields):
            return name
    return "adsr" if kind.startswith("adsr") else "adsb"


def _place(entry: Mapping[str, Any], latitude_deg: float, longitude_deg: float) -> dict[str, float]:
    latitude_rad = math.radians(latitude_deg)
    grade = _number(entry, "nac_p", 1, len(NACP_M) - 1)
    sigma_rad = math.nan if math.isnan(grade) else NACP_M[int(grade)] / RAYLEIGH_95 / EARTH_RADIUS_M
    values = {
        "latitude_rad": latitude_rad,
        "longitude_rad": math.radians(longitude_deg),
        "latitude_rad_sigma": sigma_rad,
        "longitude_rad_sigma": min(sigma_rad / max(math.cos(latitude_rad), 1e-9), math.pi),
        "pressure_altitude_m": _number(entry, "alt_baro", -2_000, 130_000) * FOOT_M,
        "altitude_m": _number(entry, "alt_geom", -2_000, 130_000) * FOOT_M,
    }
    return {name: value for name, value in values.items() if not math.isnan(value)}


def _velocity(entry: Mapping[str, Any]) -> dict[str, float]:
    speed_mps = _number(entry, "gs", 0, 3_000) * KNOT_MPS
    track_rad = math.radians(_number(entry, "track", 0, 360))
    if math.isnan(speed_mps + track_rad):
        return {}
    climb = _number(entry, "geom_rate", -50_000, 50_000)
    if math.isnan(climb):
        climb = _number(entry, "baro_rate", -50_000, 50_000)
    return {
        "velocity_east_mps": speed_mps * math.sin(track_rad),
        "velocity_north_mps": speed_mps * math.cos(track_rad),
        "velocity_up_mps": climb * FOOT_PER_MINUTE_MPS,
    }
