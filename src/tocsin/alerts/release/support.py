"""On what an alert rests: is it dangerous enough on enough independent paths to be told to the public?

One source or path alone can never make a public alert (R9), unless a standing order names its sensor.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.alerts.release.desk import StandingOrder
from tocsin.messages import Alert, Reason, Statement
from tocsin.settings import Place, Threat

ONE_PATH = ("ballistic rocket", "artillery or mortar round", "cruise missile")  # no time for a second path


@dataclass(frozen=True, slots=True)
class Support:
    """The part of an alert that rests on enough paths: its tracks, their classes, the danger from them together."""

    tracks: tuple[int, ...]
    classes: tuple[str, ...]
    chance: float
    why: str  # "" where it is enough for a public alert, else what is missing


def support(alert: Alert, threats: Mapping[str, Threat]) -> Support:
    """What of this alert may be public. It must reach the lowest bound of a warning by itself."""
    enough = tuple(one for one in alert.reasons if one.paths >= _needed(one, threats))
    chance = together(enough)
    bound = min((_threat(one, threats).warn_chance_late for one in enough), default=0.0)
    known = tuple(one.track for one in enough), tuple(sorted({one.kind for one in enough}))
    if enough and chance >= bound:
        return Support(*known, chance, "")
    best = max(alert.reasons, key=lambda one: one.paths, default=None)
    if best is None:
        return Support(*known, chance, "no track is named: nothing that a public alert could rest on")
    if enough:
        return Support(*known, chance, "what rests on enough independent paths is not dangerous enough by itself")
    paths = f"{best.paths} independent path{'' if best.paths == 1 else 's'}"
    return Support(
        *known, chance, f"this rests on {paths} at most; a public alert of it needs {_needed(best, threats)}"
    )


def together(reasons: tuple[Reason, ...]) -> float:
    """The danger from several tracks: 1 - product of (1 - danger)."""
    safe = 1.0
    for one in reasons:
        safe *= 1.0 - min(max(one.danger, 0.0), 1.0)
    return 1.0 - safe


def misfit(
    order: StandingOrder,
    statement: Statement,
    chain: tuple[str, ...],
    threats: Mapping[str, Threat],
    now_ns: int,
    *,
    cued: bool,
) -> str:
    """Why this standing order does not release this draft; "" where it does. `chain`: the place and its parents."""
    alert = statement.alert
    if order.state != "in force" or now_ns < order.from_ns or alert is None:
        return f"is {order.state}" if order.state != "in force" else "is not valid yet"
    if not set(chain) & set(order.places):
        return "is for other places"
    if not statement.area_km2 <= order.area_km2_max:  # an unknown area fits nothing
        return f"allows {order.area_km2_max:g} km2, and this is {statement.area_km2:.3g}"
    if not statement.people <= order.people_max:
        return f"allows {order.people_max:g} people, and here live {statement.people:g} (`residents` of the site file)"
    if len(order.lately_ns) >= order.rate_per_hour:
        return f"has released {len(order.lately_ns)} times in the last hour, as often as it may"
    of_class = tuple(one for one in alert.reasons if one.kind in order.classes)
    fit = tuple(one for one in of_class if one.paths >= _needed(one, threats) or _seen(order, one, cued=cued))
    if not fit:
        return "finds too few paths or detections" if of_class else "is for other classes"
    if not together(fit) >= order.chance_min:
        return f"asks for a chance of {order.chance_min:g}, and this is less"
    return ""


def _seen(order: StandingOrder, reason: Reason, *, cued: bool) -> bool:
    """Did the one sensor that the order names see this often enough? A launch that was reported stands for one look."""
    detections = dict(reason.witnesses).get(order.sensor, 0) if order.sensor and reason.kind in ONE_PATH else 0
    return detections >= (min(order.detections_min, 2) if cued else order.detections_min) >= 1


def chain(place: str, places: Mapping[str, Place]) -> tuple[str, ...]:
    """A place and all that it belongs to, from the inside out."""
    found: list[str] = []
    while place and place not in found:
        found.append(place)
        place = places[place].parent if place in places else ""
    return tuple(found)


def _threat(reason: Reason, threats: Mapping[str, Threat]) -> Threat:
    return threats.get(reason.kind, threats["unknown"])


def _needed(reason: Reason, threats: Mapping[str, Threat]) -> int:
    return max(_threat(reason, threats).paths, 1)
