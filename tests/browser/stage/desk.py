"""What is said on the stage: a warning that two people release, a standing order, sounds; and orders that are taken."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.browser.stage.sky import START_S
from tocsin.alerts.release.desk import Desk
from tocsin.messages import Alert, Answer, Order, Reason, Statement

SQUARE = [[-7.2, 37.15], [-7.0, 37.15], [-7.0, 37.3], [-7.2, 37.3], [-7.2, 37.15]]


def alert(time_s: float, stage: str = "warning") -> Alert:
    """The power station: a drone comes, and is there in eleven minutes."""
    arrival = (max(660.0 - (time_s - START_S), 1.0), max(800.0 - (time_s - START_S), 1.0), 1_100.0)
    reasons = (
        Reason(1, "one-way-attack drone", 0.93, arrival),
        Reason(8, "one-way-attack drone", 0.61, (900.0, 1_000.0, 1_400.0)),
        Reason(9, "multirotor", 0.2, (float("nan"),) * 3, held=True),
    )
    since = round((START_S - 60) * 1e9)
    known = (round(time_s * 1e9), "power station", "event-1", stage, "watch", "P(entry in time) >= 0.5")
    return Alert(*known, since, "slow", 0.93, arrival, "seen clear", reasons)


def of_texts(time_s: float) -> Desk:
    """A desk that holds the one statement whose words can be asked for."""
    now = round(time_s * 1e9)
    one = Statement(
        now, "s-1", "event-1", "power station", "public", "actual", "alert", "warning", "slow", "asked", now, now
    )
    return Desk(now, "actual", "", (), (one,), (), (), (), (), 0, (), flood=False, missing=())


@dataclass
class Said:
    """The `alerts` message, as the stage plays it. `orders` are those that were given, in order."""

    status: str = "actual"
    halted: str = ""
    sounds: int = 1
    stage: str = "warning"
    confirmed: list[str] = field(default_factory=list)
    acknowledged: str = ""
    shelved_until: float | None = None
    cancelled: bool = False
    orders: list[Order] = field(default_factory=list)
    refuse: str = ""  # the next order is refused with these words
    now: Callable[[], float] = lambda: START_S

    def message(self) -> dict[str, object]:
        """The whole state, as the server sends it."""
        return {
            "kind": "alerts",
            "time": self.now(),
            "status": self.status,
            "halted": self.halted,
            "duty": ["Olena", "Petro"],
            "statements": self._statements(),
            "standing": [self._standing()],
            "annunciations": [self._annunciation()],
            "rate": {"count": 3, "flood": False, "limit": 10},
            "missing": [{"place": "port", "classes": ["ballistic rocket"]}],
        }

    def public(self) -> dict[str, object]:
        """What everybody is told: what was released, and no names."""
        keys = ("identifier", "place", "title", "kind", "stage", "status", "expires", "area", "area_km2")
        told = [one for one in self._statements() if one["state"] == "released"]
        said = [{key: one[key] for key in keys} | {"sent": one["released"]} for one in told]
        return {"kind": "public", "time": self.now(), "status": self.status, "statements": said}

    def order(self, order: Order) -> Answer:
        """Take an order as the release desk would, or refuse it."""
        self.orders.append(order)
        if self.refuse:
            words, self.refuse = self.refuse, ""
            return Answer(order.time_ns, order.key, False, words)
        if order.action == "acknowledge" and order.arguments.get("seen") != str(self.sounds):
            return Answer(order.time_ns, order.key, False, "it has sounded again since you looked: look again")
        if order.action == "acknowledge":
            self.acknowledged = order.person
        elif order.action == "shelve":
            minutes = float(order.arguments["minutes"])
            self.shelved_until = self.now() + 60 * minutes if minutes else None
        elif order.action == "release":
            if order.person in self.confirmed:
                return Answer(order.time_ns, order.key, False, "you have confirmed already: another person must")
            self.confirmed.append(order.person)
        elif order.action == "cancel":
            self.cancelled = True
        return Answer(order.time_ns, order.key, True, f"{order.action}: done")

    def _annunciation(self) -> dict[str, object]:
        return {
            "id": "a-1",
            "since": START_S - 60,
            "sounded": START_S - 60,
            "sounds": self.sounds,
            "priority": "high",
            "stage": self.stage,
            "scope": "place",
            "parent": "",
            "places": ["power station"],
            "text": "Almar power station: 2 drones, 13 minutes, from west",
            "asks": True,
            "for": [],
            "acknowledged_by": self.acknowledged,
            "acknowledged": None,
            "shelved_by": "Olena" if self.shelved_until else "",
            "shelved_until": self.shelved_until,
            "live": True,
        }

    def _statements(self) -> list[dict[str, object]]:
        released = len(self.confirmed) > 1
        base: dict[str, object] = {
            "event": "event-1",
            "place": "power station",
            "title": "Almar power station",
            "audience": "public",
            "status": self.status,
            "stage": self.stage,
            "lane": "slow",
            "decided": START_S - 50,
            "expires": START_S + 1_800,
            "references": [],
            "area": [SQUARE],
            "area_km2": 294.0,
            "people": 18_400,
            "classes": ["one-way-attack drone"],
            "tracks": [1, 8],
            "arrival": [660.0, 800.0, 1_100.0],
            "observation": "seen clear",
            "may": [],
            "authority": "",
        }
        asked = {
            **base,
            "identifier": "s-1",
            "kind": "cancel" if self.cancelled else "alert",
            "state": "released" if released else "asked",
            "since": START_S - 50,
            "released": START_S - 20 if released else None,
            "released_by": list(self.confirmed),
            "asked": ["Olena", "Petro"],
            "ask_next": None if released else self.now() + 25,
            "needs": max(0, 2 - len(self.confirmed)),
            "note": "",
        }
        draft = {**base, "identifier": "s-2", "kind": "cancel", "state": "draft", "since": START_S - 50, "needs": 0}
        return [asked, draft]

    def _standing(self) -> dict[str, object]:
        return {
            "name": "night, ballistic",
            "state": "in force",
            "places": ["city"],
            "classes": ["ballistic rocket", "cruise missile"],
            "chance_min": 0.02,
            "area_km2_max": 500.0,
            "people_max": 200_000,
            "rate_per_hour": 4,
            "from": START_S - 3_600,
            "until": self.now() + 7_200,
            "signers": ["Olena", "Petro"],
            "sensor": "",
            "detections_min": 0,
            "false_alerts_per_year": None,
            "measured": "",
            "released": 0,
            "last": None,
            "extended": False,
            "reach": {"places": ["city"], "area_km2": 61.0, "people": 122_000},
            "stopped_by": "",
            "note": "",
        }
