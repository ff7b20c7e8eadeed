"""Standing orders: two people allow, beforehand and for some days, what there will be no time to ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import inf, isnan, nan

from tocsin.alerts.release.desk import JUMP_NS, Missing, StandingOrder
from tocsin.alerts.release.people import ROLES, People
from tocsin.alerts.release.support import ONE_PATH, chain
from tocsin.errors import OrderRefused
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Order
from tocsin.settings import Place, Sensor, Settings

HOURS_MAX = 168.0
HOUR_NS = 3_600 * SECOND_NS
ALARMS_NS = (24 * HOUR_NS, HOUR_NS)  # so long before its end
DETECTIONS_MIN, CUED_MIN = 3, 2
KEPT_NS = 24 * HOUR_NS  # one that is over or was stopped is shown so much longer
NEVER_ALONE = ("report", "position", "track")  # what people, targets and other trackers say is never the only path


@dataclass(frozen=True, slots=True)
class Book:
    """What an order may name. Made of settings; no state."""

    settings: Settings
    people: People
    places: Mapping[str, Place]

    def sign(self, order: Order, known: Mapping[str, StandingOrder], now_ns: int) -> StandingOrder:
        """A new one, signed by its first person. Raises OrderRefused with what is wrong."""
        self._signer(order, "signing a standing order")
        name = order.subject.strip()
        if not name or (name in known and known[name].state in ("signed", "in force")):
            raise OrderRefused(
                f"a standing order {name!r} {'is there already' if name else 'needs a name'}: give another"
            )
        words = order.arguments
        places, classes = _list(words, "places"), _list(words, "classes")
        inside = {one for place in self.places for one in chain(place, self.places)}
        if not places or not set(places) <= inside:
            wrong = ", ".join(sorted(set(places) - inside)) or "none"
            raise OrderRefused(f"places = {wrong}: name places of the site, or the parents of some, with commas")
        kinds = [threat.name for threat in self.settings.alerting.threats]
        if not classes or not set(classes) <= set(kinds):
            raise OrderRefused(f"classes = {words.get('classes', '')!r}: expected some of {', '.join(kinds)}")
        hours = _number(words, "hours", 0.0, HOURS_MAX, "a standing order is valid for 7 days at most")
        made = StandingOrder(
            name=name,
            places=places,
            classes=classes,
            chance_min=_number(words, "chance_min", 0.0, 1.0, "a chance"),
            area_km2_max=_number(words, "area_km2_max", 0.0, inf, "the largest area that it may warn, in km2"),
            people_max=_number(words, "people_max", 0.0, inf, "the most people that it may warn"),
            rate_per_hour=int(_number(words, "rate_per_hour", 1.0, 1_000.0, "releases in an hour")),
            from_ns=now_ns,
            until_ns=now_ns + round(hours * HOUR_NS),
            signers=(order.person,),
        )
        return self._one_path(made, words) if words.get("sensor") else made

    def _one_path(self, made: StandingOrder, words: Mapping[str, str]) -> StandingOrder:
        """One sensor may be enough, for what leaves no time for a second, where its false alerts were measured."""
        name = words["sensor"]
        sensor = next((one for one in self.settings.sensors if one.name == name), None)
        if not set(made.classes) <= set(ONE_PATH):
            raise OrderRefused(
                f"one sensor is enough for {', '.join(ONE_PATH)} only; leave the others to another order"
            )
        if sensor is None or not _alone(sensor):
            what = "is no sensor here" if sensor is None else _why_not_alone(sensor)
            raise OrderRefused(f"sensor = {name!r} {what}: name one that proves who it is and looks by itself")
        detections = int(_number({"detections_min": "3"} | dict(words), "detections_min", 3.0, 100.0, "at least 3"))
        rate = _number(words, "false_alerts_per_year", 0.0, inf, "as measured for this rule")
        measured = words.get("measured", "").strip()
        if not measured:
            raise OrderRefused("measured = '': say how its false alerts were measured, and on what data")
        return replace(made, sensor=name, detections_min=detections, false_alerts_per_year=rate, measured=measured)

    def countersign(self, order: Order, known: Mapping[str, StandingOrder], now_ns: int) -> StandingOrder:
        """In force from now on, for as long as was signed. Raises OrderRefused."""
        self._signer(order, "countersigning a standing order")
        one = _known(order, known)
        if one.state != "signed":
            raise OrderRefused(f"standing order {one.name!r} is {one.state}: it waits for no signature")
        if self.people.one(order.person, one.signers[0]):
            raise OrderRefused(
                f"{one.signers[0]!r} has signed already: a different person must sign, under whatever name"
            )
        if now_ns >= one.until_ns:
            raise OrderRefused(f"standing order {one.name!r} has ended before it was countersigned: sign a new one")
        alarmed = sum(one.until_ns - now_ns <= before for before in ALARMS_NS)  # shorter ones have no such moment
        return replace(one, state="in force", from_ns=now_ns, signers=(one.signers[0], order.person), alarmed=alarmed)

    def stop(self, order: Order, known: Mapping[str, StandingOrder]) -> StandingOrder:
        """In force no more. Either signer can, and a supervisor."""
        one = _known(order, known)
        if order.role not in ROLES or not order.session:
            raise OrderRefused("a standing order is stopped by a person who is signed in")
        if order.role != "supervisor" and not any(self.people.one(order.person, signer) for signer in one.signers):
            raise OrderRefused(f"standing order {one.name!r} is stopped by {' or '.join(one.signers)}, or a supervisor")
        if one.state not in ("signed", "in force"):
            raise OrderRefused(f"standing order {one.name!r} is {one.state} already; nothing was done")
        if not order.reason.strip():
            raise OrderRefused("give a reason: it stays with the evidence")
        return replace(one, state="stopped", extended=False, stopped_by=order.person, note=order.reason)

    def missing(self, known: Collection[StandingOrder]) -> tuple[Missing, ...]:
        """Places whose people nobody could warn in time of what leaves no time: shown in red."""
        fast = [threat.name for threat in self.settings.alerting.threats if threat.fast]
        found = []
        for place in self.settings.places:
            of = set(chain(place.name, self.places))
            covered = {
                kind for one in known if one.state == "in force" and of & set(one.places) for kind in one.classes
            }
            if left := tuple(kind for kind in fast if kind not in covered):
                found.append(Missing(place.name, left))
        return tuple(found)

    def _signer(self, order: Order, what: str) -> None:
        if order.role not in ROLES or not order.session:
            raise OrderRefused(f"{what} is for a person who is signed in; {order.person!r} is not")


def passed(one: StandingOrder, now_ns: int, *, warned: bool) -> StandingOrder:
    """The order after time has passed. It never ends while a place of its is warned of."""
    lately = tuple(at for at in one.lately_ns if -JUMP_NS <= now_ns - at < HOUR_NS)
    one = replace(one, lately_ns=lately) if lately != one.lately_ns else one
    if one.state not in ("signed", "in force"):
        return one
    left_ns = one.until_ns - now_ns
    if left_ns <= 0 and not (warned and one.state == "in force"):
        return replace(one, state="over", extended=False)
    if left_ns <= 0:
        return one if one.extended else replace(one, extended=True)
    return one


def alarm(one: StandingOrder, now_ns: int) -> tuple[StandingOrder, str]:
    """The order, and what its signers must hear: it ends in 24 h, in 1 h."""
    left_ns = one.until_ns - now_ns
    reached = sum(left_ns <= before for before in ALARMS_NS)
    if one.state != "in force" or reached <= one.alarmed or left_ns <= 0:
        return one, ""
    hours = max(left_ns, 0) / HOUR_NS
    return replace(one, alarmed=reached), f"standing order {one.name} ends in {hours:.0f} h: sign a new one"


def _alone(sensor: Sensor) -> bool:
    return sensor.authenticated and sensor.kind not in NEVER_ALONE


def _why_not_alone(sensor: Sensor) -> str:
    if sensor.kind in NEVER_ALONE:
        return f"is of kind {sensor.kind}, which is never the only path"
    return "is not authenticated"


def _known(order: Order, known: Mapping[str, StandingOrder]) -> StandingOrder:
    if order.subject not in known:
        raise OrderRefused(f"no standing order is called {order.subject!r}; there are: {', '.join(known) or 'none'}")
    return known[order.subject]


def _list(words: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in words.get(key, "").split(",") if one.strip()))


def _number(words: Mapping[str, str], key: str, above: float, highest: float, why: str) -> float:
    """More than `above` (or equal, above zero), and at most `highest`."""
    try:
        value = float(words.get(key, ""))
    except ValueError:
        value = nan
    least = value >= above if above > 0.0 or key == "false_alerts_per_year" else value > above
    if isnan(value) or not least or value > highest or value == inf:
        limits = f"from {above:g}" + (f" to {highest:g}" if highest < inf else "")
        raise OrderRefused(f"{key} = {words.get(key, '')!r}: give a number {limits}: {why}")
    return value
