"""For tests of what is said: places, alerts as the board makes them, people who give orders, a desk that is stepped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import msgspec

from tocsin.alerts.release.releases import Releases
from tocsin.errors import OrderRefused
from tocsin.messages import Alert, Notice, Order, Reason, Statement
from tocsin.settings import Place, Releasing, Sensor, Settings

SECOND_NS = 1_000_000_000
START_NS = 1_900_000_000 * SECOND_NS
PLANT = Place("plant", "site", ((0.9, 0.5),), ring_m=5_000.0, action_time_s=120.0, parent="shore", residents=2_000.0)
PORT = Place("port", "site", ((0.91, 0.52),), ring_m=3_000.0, action_time_s=600.0, parent="shore", residents=9_000.0)
SHORE = Place("shore", "zone", ((0.89, 0.49), (0.92, 0.49), (0.92, 0.53), (0.89, 0.53)), residents=90_000.0)
RADAR = Sensor("north", "radar", latitude_rad=0.9, longitude_rad=0.5, altitude_m=10.0, authenticated=True)
PEOPLE = ("ann", "ben", "cid", "dan")
DRONE, ROCKET = "one-way-attack drone", "ballistic rocket"
NAN = float("nan")
ALLOWED = {
    "places": "shore",
    "classes": f"{ROCKET}, cruise missile",
    "chance_min": "0.02",
    "area_km2_max": "500",
    "people_max": "50000",
    "rate_per_hour": "3",
    "hours": "100",
}
ONE_SENSOR = {"sensor": "north", "false_alerts_per_year": "0.2", "measured": "tocsin thresholds, 400 nights"}


def site(places: Sequence[Place] = (PLANT, PORT, SHORE), **releasing: object) -> Settings:
    """A shore with a plant and a port; four people may release."""
    rules = {"people": PEOPLE} | releasing
    return Settings("shore", places=tuple(places), sensors=(RADAR,), releasing=Releasing(**rules))  # type: ignore[arg-type]


def reason(track: int = 1, kind: str = DRONE, danger: float = 0.9, paths: int = 2, seen: int = 5) -> Reason:
    """A track that comes near."""
    return Reason(track, kind, danger, (200.0, 300.0, 400.0), paths=paths, witnesses=(("north", seen),))


def given(now_ns: int, person: str, action: str, subject: str, **words: str) -> Order:
    """An order of a person who is signed in."""
    role = "supervisor" if person in ("ann", "dan") else "operator"
    return Order(now_ns, "key", person, role, action, subject, words, "because", f"of {person}")


@dataclass(slots=True)
class DeskOf:
    """Releases as the pipeline drives them. What was said is kept, newest last."""

    settings: Settings = field(default_factory=site)
    releases: Releases = field(init=False)
    now_s: float = 0.0
    event: dict[str, str] = field(default_factory=dict)
    ending: dict[str, str] = field(default_factory=dict)
    stages: dict[str, tuple[str, str, tuple[Reason, ...], str]] = field(default_factory=dict)
    said: list[Statement] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    keys: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.releases = Releases(self.settings)

    @property
    def now_ns(self) -> int:
        return START_NS + round(self.now_s * SECOND_NS)

    def alert(self, place: str) -> Alert:
        """How a place stands, as the board would say it."""
        stage, lane, reasons, rule = self.stages.get(place, ("quiet", "", (), ""))
        event = self.event.get(place, "")
        chance = max((one.danger for one in reasons), default=0.0)
        arrival = reasons[0].arrival_s if reasons else (NAN, NAN, NAN)
        seen = "partly seen" if "not observed" in rule else "seen clear"
        return Alert(
            self.now_ns, place, event, stage, stage, rule, self.now_ns, lane, chance, arrival, seen, reasons
        )  # fmt: skip

    def stand(self, place: str, stage: str, *reasons: Reason, lane: str = "", rule: str = "") -> None:
        """From now on a place stands so."""
        if stage == "quiet":
            self.event.pop(place, None)
        else:
            self.event.setdefault(place, f"{place}@{self.now_ns}")
        lane = lane or ("slow" if stage in ("warning", "under way") else "")
        self.stages[place] = (stage, lane, reasons or (reason(),), rule)

    def tick(self, seconds: float = 1.0) -> list[Statement]:
        """Time passes, a tick each second; what was said meanwhile."""
        before = len(self.said)
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(self.now_s + 1.0, end_s)
            for place, words in self.ending.items():
                self.stages[place] = ("all clear", "", self.stages[place][2], words)
            self.ending = {}
            alerts = [self.alert(place.name) for place in self.settings.places]
            statements, notices = self.releases.step(alerts, None, self.now_ns)
            self.said += statements
            self.notices += notices
        return self.said[before:]

    def give(
        self, person: str, action: str, subject: str, *, reason: str = "because", role: str = "", **words: str
    ) -> str:
        """A signed-in person's order: its answer. Raises OrderRefused."""
        role = role or ("supervisor" if person in ("ann", "dan") else "operator")
        order = Order(self.now_ns, f"k{next(self.keys)}", person, role, action, subject, words, reason, f"of {person}")
        return self.take(order)

    def take(self, order: Order) -> str:
        """Any order at all."""
        text, statements, notices = self.releases.order(order, self.ending)
        self.said += statements
        self.notices += notices
        return text

    def refused(self, person: str, action: str, subject: str, **how: str) -> str:
        """Why an order was refused. It must be."""
        before = self.releases.dump()
        try:
            text = self.give(person, action, subject, **how)
        except OrderRefused as error:
            assert self.releases.dump() == before or self.releases.kept.now_ns == self.now_ns
            return str(error)
        raise AssertionError(text)

    def restart(self) -> None:
        """Stop, and begin again from the dump."""
        dumped = self.releases.dump()
        self.releases = Releases.load(self.settings, dumped)
        assert self.releases.dump() == dumped
        assert msgspec.msgpack.encode(self.releases.desk()) == msgspec.msgpack.encode(
            Releases.load(self.settings, dumped).desk()
        )

    def waiting(self, place: str = "plant") -> Statement:
        """The public alert that waits."""
        asked = self.releases.kept.events[place].asked
        assert asked is not None
        return asked

    def public(self, place: str = "plant") -> Statement | None:
        """What the public was told last of the open event of a place."""
        return self.releases.kept.events[place].public if place in self.releases.kept.events else None

    def heard(self, place: str = "plant") -> list[Statement]:
        """All that was ever released to the public of a place."""
        return [one for one in self.said if one.audience == "public" and one.state == "released" and one.place == place]

    def allow(self, name: str = "night", first: str = "ann", second: str = "ben", **words: str) -> None:
        """A standing order that two people sign."""
        self.give(first, "sign", name, **(ALLOWED | words))
        self.give(second, "countersign", name)
