"""State.releases: what is said of each place event, to whom, and by whose word. One step for each Tick and Order.

Staff are told at once. The public is told by two people, or by a standing order that two people signed; never of a
watch, and never on one path that no standing order names. What is open is renewed at half of its life, and ends by an
update; expiry, a restart or lost sensors end nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from tocsin.alerts.release.asking import TWO, Asking
from tocsin.alerts.release.desk import JUMP_NS, RANK, WARNED, Desk, Reach, StandingOrder, Waiting
from tocsin.alerts.release.events import Event, due, entered
from tocsin.alerts.release.kept import DUMP_FORMAT, Kept
from tocsin.alerts.release.people import ROLES
from tocsin.alerts.release.standing import KEPT_NS, Book, alarm, passed
from tocsin.alerts.release.support import chain
from tocsin.alerts.release.writing import Writer
from tocsin.errors import OrderRefused, StateError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Forecast, Notice, Order, Statement
from tocsin.settings import Settings

SHOWN_NS = 600 * SECOND_NS  # what was withdrawn, or is over, is shown so much longer
CUE_NS = 600 * SECOND_NS
HARM = 0.1  # a track that is at least so dangerous and was not known at the cancel makes a new warning


class Releases:
    """Decides what is said. Owned by one caller."""

    def __init__(self, settings: Settings, kept: Kept | None = None) -> None:
        self.settings = settings
        self.kept = kept or Kept()
        self.writer = Writer(settings, self.kept)
        self.asking = Asking(self.writer)
        self.places = self.writer.places
        self.status = self.writer.status
        self.book = Book(settings, self.asking.people, self.places)

    def step(
        self, alerts: Sequence[Alert], forecast: Forecast | None, time_ns: int
    ) -> tuple[tuple[Statement, ...], tuple[Notice, ...]]:
        """What is said now that places stand so: statements that stand otherwise, and lines of evidence."""
        kept = self.kept
        if time_ns > kept.now_ns or kept.now_ns - time_ns > JUMP_NS:
            kept.now_ns = time_ns  # a clock that was ahead and was set back must not hold everything until then
        self._pass_orders()
        entries = entered(forecast, alerts)
        self.writer.notices += kept.bells.step(kept.now_ns)
        for alert in alerts:
            self._follow(alert, entries.get(alert.place, 0))
        named = {alert.place for alert in alerts}
        for event in [event for place, event in kept.events.items() if place not in named]:
            self._hold(event, "the site no longer names this place")
        self._age()
        return self.writer.said()

    def order(self, order: Order, ending: dict[str, str]) -> tuple[str, tuple[Statement, ...], tuple[Notice, ...]]:
        """Carry out what a person ordered: the answer, and what is said because of it. Raises OrderRefused.

        `ending`: the board's, for an all clear by authority.
        """
        kept = self.kept
        if not kept.now_ns or kept.now_ns < order.time_ns <= kept.now_ns + JUMP_NS:
            kept.now_ns = order.time_ns
        acts: Mapping[str, Callable[[Order], str]] = {
            "acknowledge": lambda one: kept.bells.acknowledge(one, kept.now_ns),
            "shelve": lambda one: kept.bells.shelve(one, kept.now_ns),
            "release": self.asking.confirm,
            "cancel": self.asking.cancel,
            "end": lambda one: self.asking.end(one, ending),
            "sign": self._sign,
            "countersign": self._countersign,
            "stop": self._stop,
            "duty": self._duty,
            "cue": self._cue,
            "halt": self._halt,
        }
        text = acts[order.action](order)
        return text, *self.writer.said()

    def _follow(self, alert: Alert, entered_ns: int) -> None:
        event = self.kept.events.get(alert.place)
        if not alert.event:
            if event is not None:
                self._over(event, alert)
            return
        if event is None or event.event != alert.event:
            event = self._begin(alert, event)
        before, event.stage = event.stage, alert.stage
        event.observation = alert.observation
        event.tracks = tuple(one.track for one in alert.reasons)
        event.entered_ns = entered_ns
        if self.kept.halted:
            return
        if place := self.places.get(alert.place):
            if RANK[alert.stage] > RANK[before]:
                self.writer.notices += self.kept.bells.promote(place.name, place.parent, alert.stage, alert.time_ns)
            elif RANK[alert.stage] < RANK[before]:
                self.kept.bells.lower(place.name, alert.stage, alert.time_ns)
        self._tell_staff(event, alert, changed=alert.stage != before)
        self._tell_public(event, alert)

    def _begin(self, alert: Alert, before: Event | None) -> Event:
        """A new event; what the public still holds true of an older one goes on in it."""
        event = Event(alert.place, alert.event)
        if before is not None:
            self.writer.withdraw(before, "a new event has begun")
            if before.open:
                event.public, event.update, event.cancel = before.public, before.update, before.cancel
                event.said = before.said
            self.kept.bells.lower(before.place, "quiet", self.kept.now_ns)
        self.kept.events[alert.place] = event
        return event

    def _over(self, event: Event, alert: Alert) -> None:
        """The board has forgotten the event: it passed, or it was never proved over."""
        if event.open:
            self._hold(event, "the system began anew and has not seen the end")
            return
        self.writer.withdraw(event, "the place is no longer at warning")
        if event.staff is not None and event.staff.stage != "all clear" and not self.kept.halted:
            told = replace(alert, event=event.event, stage="all clear", lane="slow")
            self.writer.staff(event, told, note="it has passed; the place was not at warning")
        self.kept.bells.lower(event.place, "quiet", self.kept.now_ns)
        self.writer.close(event)

    def _hold(self, event: Event, why: str) -> None:
        """Nothing has proved the end: it stays open, and is renewed until a named authority ends it."""
        event.stage, event.observation = "quiet", "blind"
        if not event.open:
            self.writer.withdraw(event, why)
            self.kept.bells.lower(event.place, "quiet", self.kept.now_ns)
            self.writer.close(event)
        elif due(event.public, self.kept.now_ns) and not self.kept.halted:
            assert event.public is not None  # noqa: S101  for the type checker: open says so
            self.writer.renew(event, event.public.alert, note=f"held: {why}; a named authority ends it")

    def _tell_staff(self, event: Event, alert: Alert, *, changed: bool) -> None:
        if changed or due(event.staff, alert.time_ns):
            self.writer.staff(event, alert, note=alert.rule if alert.rule.startswith("ended") else "")

    def _tell_public(self, event: Event, alert: Alert) -> None:
        if alert.stage not in WARNED:
            self.writer.withdraw(event, "the place is no longer at warning")
            if event.open and alert.stage == "all clear":
                note = alert.rule if alert.rule.startswith("ended") else ""
                self.writer.renew(event, alert, note=note, ended_by=event.ended_by)
            elif event.open and due(event.public, alert.time_ns):
                self.writer.renew(event, event.public.alert if event.public else alert, note="held: not seen clear")
            return
        if event.open:
            assert event.public is not None  # noqa: S101  for the type checker: open says so
            if RANK[alert.stage] > RANK[event.public.stage] or due(event.public, alert.time_ns):
                self.writer.renew(event, alert)
            return
        if event.cancelled >= 0 and not _promoted(event, alert):
            return
        if event.asked is None:
            self.writer.draft(event, alert)
        self.asking.attempt(event, alert)

    def _sign(self, order: Order) -> str:
        made = self.book.sign(order, self.kept.standing, self.kept.now_ns)
        self.kept.standing[made.name] = made
        return f"standing order {made.name} signed by {order.person}; a second person must countersign it"

    def _countersign(self, order: Order) -> str:
        made = self.book.countersign(order, self.kept.standing, self.kept.now_ns)
        self.kept.standing[made.name] = made
        return f"standing order {made.name} is in force, signed by {made.signers[0]} and {made.signers[1]}"

    def _stop(self, order: Order) -> str:
        made = self.book.stop(order, self.kept.standing)
        self.kept.standing[made.name] = made
        self.kept.bells.hush(f"order {made.name}", self.kept.now_ns)
        return f"standing order {made.name} stopped by {order.person}: nothing is released by it any more"

    def _duty(self, order: Order) -> str:
        on, duty = order.subject != "off", self.kept.duty
        if order.role not in ROLES or order.subject not in ("on", "off"):
            raise OrderRefused("duty is 'on' or 'off', for operators and supervisors")
        if on and order.person not in duty:
            duty.append(order.person)
        elif not on and order.person in duty:
            duty.remove(order.person)
        return f"{order.person} is {'on' if on else 'off'} duty"

    def _cue(self, order: Order) -> str:
        if order.role not in ROLES or not order.session:
            raise OrderRefused("a launch is reported by a person who is signed in")
        self.kept.cued_ns = self.kept.now_ns + CUE_NS
        return f"a launch was reported by {order.subject or order.person}: counts for ten minutes"

    def _halt(self, order: Order) -> str:
        """An exercise ends where the real thing begins."""
        if self.status != "exercise":
            raise OrderRefused(f"this instance is {self.status}, not an exercise: it is never stopped")
        if self.kept.halted:
            raise OrderRefused("the exercise has stopped already; nothing was done")
        why = f"the exercise has stopped: {order.subject or 'a place'} is really at warning"
        for event in list(self.kept.events.values()):
            self.writer.withdraw(event, why)
            if event.open:
                held = event.public.alert if event.public else None
                self.writer.renew(event, replace(held, stage="all clear") if held else None, note=why)
            self.kept.bells.lower(event.place, "quiet", self.kept.now_ns)
        self.kept.halted = why
        return why

    def _age(self) -> None:
        kept, now_ns = self.kept, self.kept.now_ns
        for event in kept.events.values():
            if event.cancel is not None and event.cancel.state == "asked":
                note = event.cancel.note
                event.cancel, event.cancel_asked_ns = self.asking.asked(
                    event, event.cancel, event.cancel_asked_ns, note
                )
            if event.place in kept.ending and event.stage in WARNED:
                self.writer.notice("end", event.place, "not ended: danger is still forecast there")
                event.ended_by = ""
        kept.ending = {}
        kept.recent = [one for one in kept.recent if -JUMP_NS <= now_ns - one.time_ns < SHOWN_NS]

    def _pass_orders(self) -> None:
        """Standing orders age; none ends while a place of its stands at warning."""
        kept, now_ns = self.kept, self.kept.now_ns
        warned = {
            name for event in kept.events.values() if event.stage in WARNED for name in chain(event.place, self.places)
        }
        for name, one in list(kept.standing.items()):
            after, text = alarm(passed(one, now_ns, warned=bool(warned & set(one.places))), now_ns)
            if text:
                self.writer.notices += kept.bells.call(f"order {name}", text, one.signers, now_ns, sound=True)
            if after.state != one.state or after.extended != one.extended:
                held = "held past its end by a warning" if after.extended else after.state
                self.writer.notice("standing order", name, held)
            kept.standing[name] = after
            if after.state in ("over", "stopped") and now_ns - max(after.until_ns, after.last_ns) >= KEPT_NS:
                del kept.standing[name]

    def desk(self) -> Desk:
        """What the people at the desk see. It changes nothing."""
        kept = self.kept
        events = kept.events.values()
        shown = [one for event in events for one in (event.staff, event.public, *event.drafts()) if one is not None]
        waiting = tuple(
            Waiting(
                one.identifier,
                self.asking.people.named(one.place),
                TWO - len(one.released_by),
                self.asking.next_ns(one, since_ns),
            )
            for event in events
            for one, since_ns in ((event.asked, event.asked_ns), (event.cancel, event.cancel_asked_ns))
            if one is not None and one.state == "asked"
        )
        rings = tuple(kept.bells.ringing.values())
        orders = tuple(kept.standing.values())
        missing = self.book.missing(orders)
        return Desk(
            kept.now_ns, self.status, kept.halted, tuple(kept.duty), (*shown, *kept.recent), waiting,
            orders, tuple(self._reach(one) for one in orders), rings,
            kept.bells.rate(), tuple((name, kept.bells.rate(name)) for name in kept.duty), kept.bells.flood, missing,
        )  # fmt: skip

    def _reach(self, order: StandingOrder) -> Reach:
        places = tuple(name for name in self.places if set(chain(name, self.places)) & set(order.places))
        known = [self.writer.ground_of(name) for name in places]
        return Reach(places, sum(one.area_km2 for one in known), sum(one.people for one in known))

    def renewed(self, settings: Settings) -> "Releases":
        """By another site file: what was said still holds. Another status is another life: it knows nothing."""
        same = settings.releasing.status == self.status
        return Releases.load(settings, self.dump()) if same else Releases(settings)

    def dump(self) -> bytes:
        """Everything; `load` continues bit for bit."""
        return msgspec.msgpack.encode(self.kept)  # in the order in which things came: it decides what is next

    @classmethod
    def load(cls, settings: Settings, dumped: bytes) -> "Releases":
        """What `dump` wrote. Raises StateError when this version cannot read it."""
        try:
            kept = msgspec.msgpack.decode(dumped, type=Kept)
        except msgspec.MsgspecError as error:
            message = f"this dump of releases cannot be read ({error}): replay from the start of the ledger instead"
            raise StateError(message) from error
        if kept.format != DUMP_FORMAT:
            message = f"a dump of releases of format {kept.format}, this tocsin reads {DUMP_FORMAT}: replay instead"
            raise StateError(message)
        return cls(settings, kept)


def _promoted(event: Event, alert: Alert) -> bool:
    """Since the cancel: has it become worse, or has something else come?"""
    new = any(one.track not in event.cancelled_tracks and one.danger >= HARM for one in alert.reasons)
    return new or RANK[alert.stage] > event.cancelled
