"""What may ask for an operator's attention, and how often (ISA-18.2, EEMUA 191: the alarm flood is the danger itself).

An annunciation is a new sound or an asked acknowledgement. Each event has one, which is updated in place and sounds
again only on a promotion. Nothing is ever left out to keep the rate; instead many become one:

- promotions of 5 or more places of one parent within 60 s are one of that parent;
- what would be the sixth sound within ten minutes is one of the whole site.

Such a one shows every further place at once. It sounds at once when its stage rises, and for other promotions as soon
as its last sound is 60 s (parent) or 150 s (site) past, unless somebody has acknowledged it since. So at most 5 sounds
before the site's own, that one, 3 more in the rest of ten minutes and one for its rise: 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tocsin.alerts.release.desk import JUMP_NS, RANK, WARNED, Annunciation
from tocsin.errors import OrderRefused
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Notice, Order

MANY = 5  # promotions of so many places of one parent ...
TOGETHER_NS = 60 * SECOND_NS  # ... within this time are one
BEFORE_SITE = 5  # sounds within WINDOW_NS; the next one is the whole site's
WINDOW_NS = 600 * SECOND_NS
LIMIT = 10  # a flood begins above this in ten minutes (EEMUA 191, 2013) ...
FLOOD_ENDS = 5  # ... and ends below this
FLOOR_NS: Mapping[str, int] = {"place": 0, "parent": TOGETHER_NS, "site": 150 * SECOND_NS, "order": 0}
SHOWN_NS = 60 * SECOND_NS  # an ended one is shown so much longer
SHELVED_MIN_MAX = 120.0
MINUTE_NS = 60 * SECOND_NS
SHELVED_NS_MAX = round(SHELVED_MIN_MAX * MINUTE_NS)


@dataclass(slots=True)
class Bells:
    """All annunciations. Part of the state."""

    ringing: dict[str, Annunciation] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)  # place -> its annunciation
    sounded: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)  # of ten minutes: when, and for whom
    promoted: list[tuple[int, str, str]] = field(default_factory=list)  # time, place, parent, of the last minute
    number: int = 0
    flood: bool = False

    def promote(self, place: str, parent: str, stage: str, now_ns: int) -> list[Notice]:
        """A place's stage has risen. What sounds is told."""
        if stage not in WARNED:
            self._show(place, parent, stage, now_ns)
            return []
        self._pass(now_ns)
        self.promoted.append((now_ns, place, parent))
        mine = self.ringing.get(self.of.get(place, ""))
        if mine is not None and mine.scope != "place":
            return self._join(mine, place, stage, now_ns)
        for one in self.ringing.values():
            if one.live and (one.scope == "site" or (one.scope == "parent" and one.parent == parent)):
                return self._join(one, place, stage, now_ns)
        siblings = {name for _, name, of in self.promoted if of == parent}
        if parent and len(siblings) >= MANY:
            return self._fold("parent", parent, siblings | {place}, stage, now_ns)
        if self.rate() >= BEFORE_SITE:
            everywhere = {
                name for one in self.ringing.values() if one.live and one.stage in WARNED for name in one.places
            }
            return self._fold("site", "", everywhere | {place}, stage, now_ns)
        if mine is not None:
            return self._sound(replace(mine, stage=stage, text=_text("place", "", (place,), stage)), now_ns)
        return self._sound(self._new("place", parent, (place,), stage, now_ns), now_ns)

    def lower(self, place: str, stage: str, now_ns: int) -> None:
        """A place's stage has fallen, or its event is over."""
        mine = self.ringing.get(self.of.get(place, ""))
        if mine is None:
            return
        if mine.scope == "place":
            over = stage not in WARNED and stage != "watch"
            text = _text("place", "", (place,), stage)
            self._put(replace(mine, stage=stage, text=text, live=not over, asks=mine.asks and not over), now_ns)
            if over:
                del self.of[place]
            return
        if stage in WARNED:
            return
        del self.of[place]
        left = tuple(name for name in mine.places if name != place)
        text = _text(mine.scope, mine.parent, left or (place,), mine.stage if left else stage)
        if left:
            self._put(replace(mine, places=left, text=text), now_ns)
        else:
            self._put(replace(mine, stage=stage, text=text, live=False, asks=False), now_ns)

    def call(self, key: str, text: str, people: tuple[str, ...], now_ns: int, *, sound: bool) -> list[Notice]:
        """Something about a standing order, for its signers. It is no alarm of a place and joins none."""
        before = self.ringing.get(key)
        sounds = before.sounds if before else 0
        made = Annunciation(key, "order", "", (), "", text, now_ns, now_ns, sounds, asks=False, people=people)
        if sound:
            return self._sound(made, now_ns)
        self.ringing[key] = made
        return []

    def hush(self, key: str, now_ns: int) -> None:
        """It is over."""
        if (one := self.ringing.get(key)) is not None and one.live:
            self._put(replace(one, live=False, asks=False), now_ns)

    def step(self, now_ns: int) -> list[Notice]:
        """Time has passed: what had to wait for its floor sounds, shelves end, what is over is forgotten."""
        self._pass(now_ns)
        told: list[Notice] = []
        for one in list(self.ringing.values()):
            if not one.live:
                if not -JUMP_NS <= now_ns - one.ended_ns < SHOWN_NS:
                    del self.ringing[one.id]
                continue
            left_ns = one.shelved_until_ns - now_ns
            if one.shelved_until_ns and not 0 < left_ns <= SHELVED_NS_MAX + JUMP_NS:
                back = replace(one, shelved_by="", shelved_until_ns=0, why_shelved="")
                told += self._sound(back, now_ns) if one.stage in WARNED else self._kept(back)
            elif one.joined_ns and not one.shelved_until_ns and _long_silent(one, now_ns):
                told += self._sound(one, now_ns)
        count = max(self.rate(name) for name in ("", *(name for _, people in self.sounded for name in people)))
        self.flood = count > LIMIT or (self.flood and count >= FLOOD_ENDS)
        return told

    def rate(self, person: str = "") -> int:
        """How often it sounded in the last ten minutes: for everybody, and for this person alone."""
        return sum(not people or person in people for _, people in self.sounded)

    def acknowledge(self, order: Order, now_ns: int) -> str:
        """Somebody has seen it. Raises OrderRefused when it has sounded again since they looked."""
        one = self._found(order.subject)
        seen = order.arguments.get("seen", str(one.sounds))
        if seen != str(one.sounds):
            message = f"{one.text}: it sounded {one.sounds} times and you saw {seen}; look at it, then acknowledge"
            raise OrderRefused(message)
        if not one.asks:
            by = f"acknowledged by {one.acknowledged_by}" if one.acknowledged_by else "not asking for it"
            raise OrderRefused(f"{one.text}: it is {by} already; nothing was done")
        done = replace(one, asks=False, joined_ns=0, acknowledged_by=order.person, acknowledged_ns=now_ns)
        self.ringing[one.id] = done
        return f"acknowledged: {one.text}"

    def shelve(self, order: Order, now_ns: int) -> str:
        """Be quiet about it for some minutes. A promotion ends that at once. Raises OrderRefused."""
        one = self._found(order.subject)
        try:
            minutes = float(order.arguments.get("minutes", ""))
        except ValueError:
            minutes = -1.0
        if not 0 <= minutes <= SHELVED_MIN_MAX or not order.reason.strip():
            message = f"shelving needs minutes from 1 to {SHELVED_MIN_MAX:g} (0 takes it back) and a reason"
            raise OrderRefused(message)
        if minutes == 0:
            self.ringing[one.id] = replace(one, shelved_by="", shelved_until_ns=0, why_shelved="")
            return f"no longer shelved: {one.text}"
        until_ns = now_ns + round(minutes * MINUTE_NS)
        self.ringing[one.id] = replace(
            one, asks=False, shelved_by=order.person, shelved_until_ns=until_ns, why_shelved=order.reason
        )
        return f"shelved for {minutes:g} min: {one.text}"

    def _found(self, subject: str) -> Annunciation:
        one = self.ringing.get(subject)
        if one is None or not one.live:
            raise OrderRefused(
                f"no annunciation {subject!r} asks for anything now: it has ended, or is part of another"
            )
        return one

    def _pass(self, now_ns: int) -> None:
        self.sounded = [one for one in self.sounded if -JUMP_NS <= now_ns - one[0] < WINDOW_NS]
        self.promoted = [one for one in self.promoted if -JUMP_NS <= now_ns - one[0] < TOGETHER_NS]

    def _show(self, place: str, parent: str, stage: str, now_ns: int) -> None:
        """A watch: shown, and never heard."""
        if place not in self.of:
            self._put(replace(self._new("place", parent, (place,), stage, now_ns), asks=False), now_ns)

    def _new(self, scope: str, parent: str, places: Iterable[str], stage: str, now_ns: int) -> Annunciation:
        self.number += 1
        named = tuple(sorted(places))
        text = _text(scope, parent, named, stage)
        made = Annunciation(f"a{self.number}", scope, parent, named, stage, text, now_ns, 0, sounds=0)
        self.of |= dict.fromkeys(named, made.id)
        return made

    def _fold(self, scope: str, parent: str, places: set[str], stage: str, now_ns: int) -> list[Notice]:
        """Many become one: those that were there are over, and it sounds."""
        old = {self.of[name] for name in places if name in self.of}
        kept = {name for one in old for name in self.ringing[one].places}
        stages = [stage, *(self.ringing[one].stage for one in old)]
        made = self._new(scope, parent, places | kept, max(stages, key=RANK.__getitem__), now_ns)
        for one in old:
            self._put(replace(self.ringing[one], live=False, asks=False, text=f"now part of: {made.text}"), now_ns)
        return self._sound(made, now_ns)

    def _join(self, one: Annunciation, place: str, stage: str, now_ns: int) -> list[Notice]:
        alone = self.ringing.get(self.of.get(place, ""))
        if alone is not None and alone.id != one.id:
            self._put(replace(alone, live=False, asks=False, text=f"now part of: {one.text}"), now_ns)
        self.of[place] = one.id
        places = tuple(sorted({*one.places, place}))
        risen = RANK[stage] > RANK[one.stage]
        worst = stage if risen else one.stage
        joined = replace(one, places=places, stage=worst, text=_text(one.scope, one.parent, places, worst))
        if risen or _long_silent(one, now_ns):
            return self._sound(joined, now_ns)
        self.ringing[one.id] = replace(joined, joined_ns=one.joined_ns or now_ns, shelved_until_ns=0)
        return []

    def _sound(self, one: Annunciation, now_ns: int) -> list[Notice]:
        """It sounds, and asks to be acknowledged. Nobody's shelf holds a promotion back."""
        self.sounded.append((now_ns, one.people))
        self.ringing[one.id] = replace(
            one,
            sounds=one.sounds + 1,
            sounded_ns=now_ns,
            asks=True,
            joined_ns=0,
            acknowledged_by="",
            acknowledged_ns=0,
            shelved_by="",
            shelved_until_ns=0,
            why_shelved="",
        )
        return [Notice(now_ns, "annunciation", one.id, one.text)]

    def _kept(self, one: Annunciation) -> list[Notice]:
        self.ringing[one.id] = one
        return []

    def _put(self, one: Annunciation, now_ns: int) -> None:
        self.ringing[one.id] = one if one.live else replace(one, ended_ns=now_ns)


def _long_silent(one: Annunciation, now_ns: int) -> bool:
    """May it sound again for a promotion that is no rise?"""
    return not -JUMP_NS <= now_ns - one.sounded_ns < FLOOR_NS[one.scope]


def _text(scope: str, parent: str, places: tuple[str, ...], stage: str) -> str:
    if scope == "place":
        return f"{places[0]}: {stage}"
    where = f" of {parent}" if scope == "parent" else ""
    return f"{len(places)} places{where}, the worst at {stage}"
