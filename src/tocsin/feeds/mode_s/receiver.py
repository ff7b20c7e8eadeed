"""The messages of one Mode S receiver into detections.

Fields are read by rs1090; what may be believed is decided here: parity, addresses, ghosts, and (in `aircraft`) jumps.
Sources: ICAO Annex 10 volume IV chapter 3; ICAO Doc 9871; RTCA DO-260B.
"""

import math
from typing import Any, NamedTuple, cast

import rs1090

from tocsin.feeds.draft import Draft
from tocsin.feeds.mode_s.aircraft import EARTH_RADIUS_M, Aircraft, Doubt, Place, Velocity, offset_m
from tocsin.feeds.mode_s.cpr import Frame
from tocsin.feeds.mode_s.parity import remainder
from tocsin.geo.units import FOOT_M, FOOT_PER_MINUTE_MPS, KNOT_MPS

AIRCRAFT_MAX = 16_384  # more than any receiver hears: a flood of invented addresses must not eat the memory
SWEEP_S = 10.0  # how often the forgotten are looked for
ONCE_S = 60.0  # an address heard once and not again within this was most likely never there
FORGET_S = 600.0
VELOCITY_FRESH_S = 2.0  # velocities come twice a second; an older one belongs to another place
HEIGHT_DIFFERENCE_S = 30.0  # between pressure and true altitude: it changes with the level and the weather
RANGE_M_MAX = 850_000.0  # 460 nautical miles: no line of sight from the ground reaches farther
LONG, SHORT = 14, 7

# 95 % horizontal accuracy in metres by NACp (DO-260B table 2-70) and by NUCp of the first edition (DO-260 table 2-11),
# where "unknown" is taken as the worst; 95 % of velocity by NACv.
NACP_M = (18_520.0, 18_520.0, 7_408.0, 3_704.0, 1_852.0, 926.0, 555.6, 185.2, 92.6, 30.0, 10.0, 3.0)
NUCP_M = (18_520.0, 18_520.0, 9_260.0, 1_852.0, 926.0, 463.0, 185.2, 92.6, 10.0, 3.0)
NACV_MPS = (math.nan, 10.0, 3.0, 1.0, 0.3)
RAYLEIGH_95 = 2.4477  # 95 % of a round two-dimensional normal distribution lies within so many sigmas

# DF 18, control field: the source, and whose address it is (Annex 10 volume IV, 3.1.2.8.7). The others (coarse TIS-B,
# management) have another layout.
CONTROL = {
    0: ("adsb", "icao"),
    1: ("adsb", "anonymous"),
    2: ("tisb", "icao"),
    5: ("tisb", "tisb"),
    6: ("adsr", "icao"),
}


class Message(NamedTuple):
    """One message of 7 or 14 bytes: when it was measured and when it came. `mlat`: a receiver network computed it."""

    data: bytes
    time_ns: int
    received_ns: int
    mlat: bool = False


class Receiver:
    """One feed's aircraft. `place` is where its antenna is (latitude, longitude in degrees), where known."""

    def __init__(self, feed: str, place: Place | None = None) -> None:
        self.feed = feed
        self.place = place
        self._aircraft: dict[str, Aircraft] = {}
        self._swept_ns = 0

    def take(self, draft: Draft, message: Message) -> None:
        """What one message says, into `draft`."""
        if abs(message.time_ns - self._swept_ns) >= SWEEP_S * 1e9:
            self._forget(draft, message.time_ns)
        kind = message.data[0] >> 3
        if kind < 16:
            # Some receivers pad short messages to the long form; the parity tells whether that was right.
            message = message._replace(data=message.data[:SHORT])
        if kind >= 16 and len(message.data) != LONG:
            detail = f"format {kind} came with {len(message.data)} bytes; expected {LONG}"
            _refuse(draft, "mode s: cut short", detail, message)
        elif kind in (17, 18):
            self._squitter(draft, message)
        elif kind == 11:
            self._all_call(draft, message)
        elif kind in (0, 4, 5, 16, 20, 21):
            self._reply(draft, message, kind)
        else:
            detail = f"downlink format {kind}; read are 0, 4, 5, 11, 16, 17, 18, 20, 21"
            _refuse(draft, "mode s: format not used", detail, message)

    def _all_call(self, draft: Draft, message: Message) -> None:
        """DF 11: the remainder is the code of the interrogator that asked, below 128; 0 when nobody asked."""
        rest = remainder(message.data)
        identity = "icao:" + message.data[1:4].hex()
        if rest == 0 or (rest < 128 and identity in self._aircraft):
            self._heard(draft, identity, message)
            draft.heard(f"adsb {self.feed}", message.time_ns)
        else:
            _refuse(draft, "mode s: parity wrong", _parity(rest), message)

    def _reply(self, draft: Draft, message: Message, kind: int) -> None:
        """A reply carries its address in the parity: believed only where squitters told that address twice."""
        aircraft = self._aircraft.get(f"icao:{remainder(message.data):06x}")
        if aircraft is None or aircraft.squitters < 2:
            detail = "its parity can be checked only against an address that squitters told twice; none did yet"
            _refuse(draft, "mode s: reply of an unknown address", detail, message)
            return
        draft.heard(f"adsb {self.feed}", message.time_ns)
        if kind in (5, 21):
            _learn(aircraft, _fields(message.data) or {}, message.time_ns)

    def _squitter(self, draft: Draft, message: Message) -> None:
        data = message.data
        rest = remainder(data)
        if rest:
            _refuse(draft, "mode s: parity wrong", _parity(rest), message)
            return
        origin = ("adsb", "icao") if data[0] >> 3 == 17 else CONTROL.get(data[0] & 7)
        if origin is None:
            detail = f"format 18 with control field {data[0] & 7} has another layout; read are 0, 1, 2, 5, 6"
            _refuse(draft, "mode s: format not used", detail, message)
            return
        source = f"{'mlat' if message.mlat else origin[0]} {self.feed}"
        draft.heard(source, message.time_ns)
        aircraft = self._heard(draft, f"{origin[1]}:{data[1:4].hex()}", message)
        code = data[4] >> 3
        if not (1 <= code <= 22 or code in (28, 31)):
            return
        fields = _fields(data)
        if fields is None:
            detail = "the parity holds and the fields do not; damaged, or mended wrongly by the receiver"
            _refuse(draft, "mode s: fields make no sense", detail, message)
        elif "lat_cpr" in fields:
            self._position(draft, message, source, aircraft, fields)
        else:
            _learn(aircraft, fields, message.time_ns)

    def _position(
        self, draft: Draft, message: Message, source: str, aircraft: Aircraft, fields: dict[str, Any]
    ) -> None:
        frame = Frame(fields["parity"] == "odd", fields["bds"] == "06", fields["lat_cpr"], fields["lon_cpr"])
        if aircraft.repeated(frame, message.time_ns):
            _refuse(draft, "mode s: same squitter again", "one squitter over two receivers counts once", message)
            return
        if frame.surface:
            _learn(aircraft, fields, message.time_ns)
        place = aircraft.locate(frame, message.time_ns, self.place)
        if isinstance(place, Doubt):
            _refuse(draft, place.reason, place.detail, message)
        elif place is not None and self._too_far(place):
            detail = f"{place[0]:.3f} {place[1]:.3f} is more than {RANGE_M_MAX / 1000:.0f} km from the receiver"
            _refuse(draft, "mode s: farther than can be heard", detail, message)
        elif place is not None:
            values = _accuracy(aircraft, fields, place)
            values |= _velocity(aircraft, message.time_ns)
            values |= _altitude(draft, message, aircraft, fields)
            texts = {
                "identity": aircraft.identity,
                "callsign": aircraft.callsign.value,
                "squawk": aircraft.squawk.value,
            }
            draft.detected(source, message.time_ns, message.received_ns, values, texts)

    def _too_far(self, place: Place) -> bool:
        return self.place is not None and math.hypot(*offset_m(self.place, place)) > RANGE_M_MAX

    def _heard(self, draft: Draft, identity: str, message: Message) -> Aircraft:
        """The aircraft of a sound squitter, new ones included. The longest silent one gives way in a flood."""
        aircraft = self._aircraft.pop(identity, None)
        if aircraft is None:
            aircraft = Aircraft(identity, message.time_ns)
            if len(self._aircraft) >= AIRCRAFT_MAX:
                oldest = self._aircraft.pop(next(iter(self._aircraft)))
                detail = f"{oldest.identity} was forgotten: no more than {AIRCRAFT_MAX} addresses are held at once"
                _refuse(draft, "mode s: too many addresses", detail, message)
        aircraft.heard_ns = message.time_ns
        aircraft.squitters += 1
        self._aircraft[identity] = aircraft  # at the end: the order of the mapping is the order of hearing
        return aircraft

    def _forget(self, draft: Draft, time_ns: int) -> None:
        self._swept_ns = time_ns
        for identity, aircraft in list(self._aircraft.items()):
            silent_s = abs(time_ns - aircraft.heard_ns) / 1e9
            if silent_s > FORGET_S:
                del self._aircraft[identity]
            elif silent_s > ONCE_S and aircraft.squitters == 1:
                del self._aircraft[identity]
                detail = f"{identity} was heard once in {ONCE_S:.0f} s: most likely a message that was mended wrongly"
                draft.refused("mode s: address heard once", detail, b"", aircraft.heard_ns)


def _fields(data: bytes) -> dict[str, Any] | None:
    """What rs1090 reads in a message; None where it finds no sense."""
    return cast(dict[str, Any] | None, rs1090.decode(data.hex()))


def _refuse(draft: Draft, reason: str, detail: str, message: Message) -> None:
    draft.refused(reason, detail, message.data, message.time_ns)


def _parity(rest: int) -> str:
    return f"remainder {rest:06x}, expected 000000; a damaged message: better reception, or no mending, helps"


def _learn(aircraft: Aircraft, fields: dict[str, Any], time_ns: int) -> None:
    """Callsign, squawk, velocity and accuracy wait here for the next position."""
    callsign, squawk = str(fields.get("callsign", "")).strip(), fields.get("squawk")
    if callsign and callsign.isalnum():
        aircraft.callsign.take(callsign)
    if squawk is not None:
        aircraft.squawk.take(str(squawk))
    accuracy = fields.get("NACp")
    if accuracy is not None:
        aircraft.accuracy_m = NACP_M[accuracy] if accuracy < len(NACP_M) else math.nan
    speed, track = fields.get("groundspeed"), fields.get("track")
    if speed is not None and track is not None:
        climb = fields.get("vertical_rate")
        grade = fields.get("NACv", 0)
        aircraft.velocity = Velocity(
            time_ns,
            speed * KNOT_MPS * math.sin(math.radians(track)),
            speed * KNOT_MPS * math.cos(math.radians(track)),
            math.nan if climb is None else climb * FOOT_PER_MINUTE_MPS,
            NACV_MPS[grade] / RAYLEIGH_95 if grade < len(NACV_MPS) else math.nan,
        )
    difference = fields.get("geo_minus_baro")
    if difference is not None:
        aircraft.height_difference_m, aircraft.height_difference_ns = difference * FOOT_M, time_ns


def _accuracy(aircraft: Aircraft, fields: dict[str, Any], place: Place) -> dict[str, float]:
    accuracy_m = aircraft.accuracy_m
    if math.isnan(accuracy_m):
        accuracy_m = NUCP_M[fields["NUCp"]]
    sigma_rad = accuracy_m / RAYLEIGH_95 / EARTH_RADIUS_M
    latitude = math.radians(place[0])
    return {
        "latitude_rad": latitude,
        "longitude_rad": math.radians(place[1]),
        "latitude_rad_sigma": sigma_rad,
        # At a pole a longitude says nothing: half a turn is as wrong as it can be.
        "longitude_rad_sigma": min(sigma_rad / max(math.cos(latitude), 1e-9), math.pi),
    }


def _velocity(aircraft: Aircraft, time_ns: int) -> dict[str, float]:
    """The newest velocity, once: given with every position it would count as many measurements."""
    velocity = aircraft.velocity
    if velocity is None or velocity.used or abs(time_ns - velocity.time_ns) > VELOCITY_FRESH_S * 1e9:
        return {}
    velocity.used = True
    return {
        "velocity_east_mps": velocity.east_mps,
        "velocity_north_mps": velocity.north_mps,
        "velocity_up_mps": velocity.up_mps,
        "velocity_east_mps_sigma": velocity.sigma_mps,
        "velocity_north_mps_sigma": velocity.sigma_mps,
    }


def _altitude(draft: Draft, message: Message, aircraft: Aircraft, fields: dict[str, Any]) -> dict[str, float]:
    """Pressure altitude, and with the aircraft's own difference also the altitude above the ellipsoid."""
    feet = fields.get("altitude")
    if feet is None:
        return {}
    altitude_m = feet * FOOT_M
    if not aircraft.climb(altitude_m, message.time_ns):
        detail = f"{altitude_m:.0f} m does not follow from the altitude before; the position is kept without it"
        _refuse(draft, "mode s: altitude jump", detail, message)
        return {}
    if fields.get("source") == "GNSS":
        return {"altitude_m": altitude_m}
    values = {"pressure_altitude_m": altitude_m}
    if abs(message.time_ns - aircraft.height_difference_ns) <= HEIGHT_DIFFERENCE_S * 1e9:
        values["altitude_m"] = altitude_m + aircraft.height_difference_m
    return values
