"""The desk as the map's message `alerts`: degrees, seconds UTC, null where nothing is known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from math import degrees, isfinite, isnan

import msgspec

from tocsin.alerts.release.bells import LIMIT
from tocsin.alerts.release.desk import Annunciation, Desk, Reach, StandingOrder, Waiting
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Statement
from tocsin.server.station import Station

NOBODY = Waiting("", (), 0, 0)
AGAIN_NS = 5 * SECOND_NS
TOLD = ("status", "halted", "duty", "statements", "waiting", "standing", "annunciations", "rate", "rates", "flood")
DIGITS = 5  # of a degree: a metre


def alerts(desk: Desk, station: Station) -> Mapping[str, object]:
    """All that the desk shows, with the area of each statement."""
    titles = _titles(station)
    waiting = {one.identifier: one for one in desk.waiting}
    said = [_statement(one, titles, waiting.get(one.identifier, NOBODY), areas=True) for one in desk.statements]
    return _whole(desk, said)


def _titles(station: Station) -> Mapping[str, str]:
    return {place.name: place.title or place.name for place in station.settings.places}


def _whole(desk: Desk, statements: Sequence[object]) -> Mapping[str, object]:
    return {
        "kind": "alerts",
        "time": desk.time_ns / SECOND_NS,
        "status": desk.status,
        "halted": desk.halted,
        "duty": desk.duty,
        "statements": statements,
        "standing": [_order(one, reach) for one, reach in zip(desk.standing, desk.reach, strict=True)],
        "annunciations": [_annunciation(one) for one in desk.annunciations],
        "rate": {"count": desk.rate, "by": dict(desk.rates), "flood": desk.flood, "limit": LIMIT},
        "missing": [asdict(one) for one in desk.missing],
    }


@dataclass(slots=True)
class Teller:
    """Makes the live message. A statement is encoded once: in a raid there are hundreds, and few change in a second."""

    _last: Desk | None = None
    _made: dict[str, tuple[Statement, Waiting, msgspec.Raw]] = field(default_factory=dict)

    def changed(self, desk: Desk) -> bool:
        """Is there anything to tell? What stands as before is told again each five seconds."""
        last = self._last
        if last is None or not 0 <= desk.time_ns - last.time_ns < AGAIN_NS:
            return True
        return any(getattr(last, name) != getattr(desk, name) for name in TOLD)

    def alerts(self, desk: Desk, station: Station) -> Mapping[str, object]:
        """The message `alerts`."""
        self._last = desk
        titles = _titles(station)
        waiting = {one.identifier: one for one in desk.waiting}
        before, self._made = self._made, {}
        for one in desk.statements:
            waits = waiting.get(one.identifier, NOBODY)
            kept = before.get(one.identifier)
            if kept is None or kept[0] is not one or kept[1] != waits:
                words = msgspec.msgpack.encode(_statement(one, titles, waits, areas=False))
                kept = one, waits, msgspec.Raw(words)
            self._made[one.identifier] = kept
        return _whole(desk, [kept[2] for kept in self._made.values()])


def outline(one: Statement) -> list[list[tuple[float, float]]]:
    """Its rings as (longitude, latitude) in degrees."""
    return [_ring(ring) for ring in one.area]


@lru_cache(maxsize=4_096)
def _ring(ring: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    return [(round(degrees(longitude), DIGITS), round(degrees(latitude), DIGITS)) for latitude, longitude in ring]


def known(value: float) -> float | None:
    """A number, or None where nobody knows it."""
    return value if isfinite(value) else None


def seconds(time_ns: int) -> float | None:
    """Seconds UTC, or None for what never was."""
    return time_ns / SECOND_NS if time_ns else None


def _statement(one: Statement, titles: Mapping[str, str], waits: Waiting, *, areas: bool) -> Mapping[str, object]:
    alert = one.alert
    reasons = alert.reasons if alert else ()
    shown = areas or one.state == "asked" or (one.audience == "public" and one.state == "released")
    arrival = alert.arrival_s if alert else (float("nan"),) * 3
    return {
        "identifier": one.identifier,
        "event": one.event,
        "place": one.place,
        "title": titles.get(one.place, one.place),
        "audience": one.audience,
        "status": one.status,
        "kind": one.kind,
        "stage": one.stage,
        "lane": one.lane,
        "state": one.state,
        "since": one.time_ns / SECOND_NS,
        "decided": one.decided_ns / SECOND_NS,
        "expires": one.expires_ns / SECOND_NS,
        "released": seconds(one.released_ns),
        "released_by": one.released_by,
        "authority": one.authority,
        "asked": one.asked,
        "ask_next": seconds(waits.next_ns),
        "may": waits.may,
        "needs": waits.needs,
        "references": [name for name, _ in one.references],
        "area": outline(one) if shown else None,
        "area_km2": known(one.area_km2),
        "people": known(one.people),
        "note": one.note,
        "classes": sorted({reason.kind for reason in reasons}),
        "tracks": [reason.track for reason in reasons],
        "arrival": None if isnan(arrival[1]) else [round(at, 1) for at in arrival],
        "observation": alert.observation if alert else "",
    }


def _order(one: StandingOrder, reach: Reach) -> Mapping[str, object]:
    return {
        "name": one.name,
        "state": one.state,
        "places": one.places,
        "classes": one.classes,
        "chance_min": one.chance_min,
        "area_km2_max": one.area_km2_max,
        "people_max": one.people_max,
        "rate_per_hour": one.rate_per_hour,
        "from": one.from_ns / SECOND_NS,
        "until": one.until_ns / SECOND_NS,
        "signers": one.signers,
        "sensor": one.sensor,
        "detections_min": one.detections_min,
        "false_alerts_per_year": known(one.false_alerts_per_year),
        "measured": one.measured,
        "released": one.released,
        "last": seconds(one.last_ns),
        "extended": one.extended,
        "reach": {"places": reach.places, "area_km2": known(reach.area_km2), "people": known(reach.people)},
        "stopped_by": one.stopped_by,
        "note": one.note,
    }


def _annunciation(one: Annunciation) -> Mapping[str, object]:
    priority = {"under way": "high", "warning": "high", "watch": "low"}.get(one.stage, "medium")
    return {
        "id": one.id,
        "since": one.since_ns / SECOND_NS,
        "sounded": seconds(one.sounded_ns),
        "sounds": one.sounds,
        "priority": priority,
        "stage": one.stage,
        "scope": one.scope,
        "parent": one.parent,
        "places": one.places,
        "text": one.text,
        "asks": one.asks,
        "for": one.people,
        "acknowledged_by": one.acknowledged_by,
        "acknowledged": seconds(one.acknowledged_ns),
        "shelved_by": one.shelved_by,
        "shelved_until": seconds(one.shelved_until_ns),
        "live": one.live,
    }
