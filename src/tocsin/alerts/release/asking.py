"""Who is asked for the public's alert, and what their word does: release, cancel, end."""

from dataclasses import replace

from tocsin.alerts.release.desk import JUMP_NS, RANK, WARNED, StandingOrder
from tocsin.alerts.release.events import Event, released
from tocsin.alerts.release.people import People
from tocsin.alerts.release.support import chain, misfit, support
from tocsin.alerts.release.writing import Writer
from tocsin.errors import OrderRefused
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Notice, Order, Statement

TWO = 2


class Asking:
    """The two lanes. Beside the writer's `kept` it has no state of its own."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.kept = writer.kept
        self.settings = writer.settings
        self.places = writer.places
        self.status = writer.status
        self.threats = {threat.name: threat for threat in writer.settings.alerting.threats}
        self.people = People(writer.settings.releasing, writer.places)

    def attempt(self, event: Event, alert: Alert) -> None:
        """Release the draft by a standing order where one fits, else ask people; say why where neither is possible."""
        asked = event.asked
        assert asked is not None  # noqa: S101  for the type checker: the caller drafted it
        if why := self.writer.ground_of(event.place).why:
            self.wait(event, f"no area: {why}")
            return
        if self.status == "test":
            self.writer.release(event, (), "test")
            return
        note = ""
        if alert.lane == "fast" and not event.people_only:
            fits, note = self.standing_for(replace(asked, alert=alert))
            if fits is not None:
                self.release_by(fits, event)
                return
        if why := support(alert, self.threats).why:
            self.wait(event, f"{why}; {note}" if note else why)
            return
        self.ask(event, note)

    def standing_for(self, asked: Statement) -> tuple[StandingOrder | None, str]:
        """The first standing order that fits, and why the others do not."""
        inside = chain(asked.place, self.places)
        whys = []
        for one in self.kept.standing.values():
            cued = self.kept.cued_ns > self.kept.now_ns
            why = misfit(one, asked, inside, self.threats, self.kept.now_ns, cued=cued)
            if not why:
                return one, ""
            if set(inside) & set(one.places):
                whys.append(f"{one.name} {why}")
        return None, "no standing order fits" + (f": {'; '.join(whys)}" if whys else "")

    def release_by(self, one: StandingOrder, event: Event) -> None:
        """A standing order releases, counts it, and tells its signers."""
        now_ns, kept = self.kept.now_ns, self.kept
        counted = replace(one, released=one.released + 1, lately_ns=(*one.lately_ns, now_ns), last_ns=now_ns)
        kept.standing[one.name] = counted
        self.writer.release(event, one.signers, one.name, lane="fast")
        text = f"standing order {one.name} has released a warning for {event.place}; {counted.released} so far"
        self.writer.notices += kept.bells.call(f"order {one.name}", text, one.signers, now_ns, sound=False)
        self.writer.notices.append(Notice(now_ns, "told", one.name, f"{' and '.join(one.signers)}: {text}"))

    def wait(self, event: Event, note: str) -> None:
        """Nobody is asked yet; confirmations that were given stay."""
        asked = event.asked
        if asked is not None and (asked.state != "draft" or asked.note != note):
            event.asked = self.writer.say(replace(asked, state="draft", note=note, time_ns=self.kept.now_ns))

    def ask(self, event: Event, note: str) -> None:
        """Two people are asked, and more while no answer comes."""
        asked = event.asked
        assert asked is not None  # noqa: S101  for the type checker: the caller drafted it
        event.asked, event.asked_ns = self.asked(event, asked, event.asked_ns, note)
        left = self.people.next(event.place, self.kept.duty, event.asked.asked)
        late = not -JUMP_NS <= self.kept.now_ns - event.asked_ns < self.answer_ns
        if not left and late and len(event.asked.released_by) < TWO and not event.nobody_left:
            event.nobody_left = True
            self.writer.notice("ask", event.asked.identifier, f"{event.place}: nobody is left to be asked to release")

    @property
    def answer_ns(self) -> int:
        """How long an answer may take before the next person is asked."""
        return round(self.settings.releasing.answer_s * SECOND_NS)

    def asked(self, event: Event, one: Statement, since_ns: int, note: str) -> tuple[Statement, int]:
        """Ask two people; and whenever no answer came for 30 s, the next one."""
        now_ns = self.kept.now_ns
        asked = (*one.asked, *(name for name in one.released_by if name not in one.asked))
        first = one.state != "asked" or len(asked) < TWO
        new: list[str] = []
        while (first and len(asked) + len(new) < TWO) or (
            not first and not new and not -JUMP_NS <= now_ns - since_ns < self.answer_ns
        ):
            name = self.people.next(event.place, self.kept.duty, (*asked, *new))
            if not name:
                break
            new.append(name)
        if one.state == "asked" and not new and note == one.note:
            return one, since_ns
        if new:
            what = "cancel what was sent" if one.kind == "cancel" else "release a warning"
            self.writer.notice("ask", one.identifier, f"{event.place}: {', '.join(new)} asked to {what}")
        since_ns = now_ns if new or one.state != "asked" else since_ns
        return self.writer.say(replace(one, state="asked", asked=(*asked, *new), note=note, time_ns=now_ns)), since_ns

    def confirm(self, order: Order) -> str:
        """One person's word for one or more statements; each is decided by itself."""
        names = tuple(dict.fromkeys((order.subject, *order.arguments.get("also", "").split())))
        if len(names) == 1:
            return self.confirm_one(order, order.subject)
        answers, done = [], 0
        for name in names:
            try:
                answers.append(self.confirm_one(order, name))
                done += 1
            except OrderRefused as error:
                answers.append(f"refused: {error}")
        if not done:
            raise OrderRefused("; ".join(answers))
        return "; ".join(answers)

    def confirm_one(self, order: Order, name: str) -> str:
        """One person's word for one statement: the second one releases it. Raises OrderRefused."""
        event = next((one for one in self.kept.events.values() if one.asked and one.asked.identifier == name), None)
        if event is None or event.asked is None:
            raise OrderRefused(self.stale(name))
        asked = event.asked
        self.people.check(order, event.place, "releasing an alert")
        if asked.state != "asked":
            raise OrderRefused(f"{event.place}: this cannot be released now: {asked.note or 'nobody was asked yet'}")
        for other in asked.released_by:
            if self.people.one(order.person, other):
                raise OrderRefused(f"{event.place}: {other!r} has confirmed already; a second, different person must")
        by = (*asked.released_by, order.person)
        if len(by) >= TWO:
            self.writer.release(event, by, "")
            return f"{event.place}: released by {by[0]} and {by[1]}"
        event.asked_ns = self.kept.now_ns
        event.asked = self.writer.say(replace(asked, released_by=by, time_ns=self.kept.now_ns))
        return f"{event.place}: confirmed by {order.person}; a second person must confirm it, too"

    def stale(self, name: str) -> str:
        """Why this identifier can be released no more."""
        for event in self.kept.events.values():
            if event.public is not None and name in {one.identifier for one in event.said}:
                by = event.public.authority or " and ".join(event.public.released_by)
                return f"{event.place}: {name} was released already ({by}); nothing was done"
            if name in {one.identifier for one in event.drafts()}:
                return f"{event.place}: {name} is the draft of a later {_kind(event, name)}; it is not released by hand"
        gone = next((one for one in self.kept.recent if one.identifier == name), None)
        if gone is not None:
            return f"{gone.place}: {name} was {gone.state}: {gone.note or 'its event is over'}; look again"
        return f"no statement {name!r} waits for a release: what you saw has changed since; look again"

    def cancel(self, order: Order) -> str:
        """Sent in error. One person while the picture does not hold the place at warning, otherwise two."""
        event, stage = self.heard(order.subject)
        cancel = event.cancel
        if cancel is None or event.public is None or event.public.kind == "cancel":
            raise OrderRefused(f"{event.place}: this was cancelled already; nothing was done")
        self.people.check(order, event.place, "cancelling an alert")
        if not order.reason.strip():
            raise OrderRefused("give a reason: it stays with the evidence")
        if stage != event.public.stage:
            message = (
                f"{event.place}: you saw {stage!r}, and the last word is {event.public.stage!r}; look, then cancel"
            )
            raise OrderRefused(message)
        if event.stage not in WARNED:
            self.cancelled(event, (*cancel.released_by, order.person), order.reason)
            return f"{event.place}: cancelled by one person, since the picture does not hold it at warning"
        if any(self.people.one(order.person, other) for other in cancel.released_by):
            message = f"{event.place}: the picture holds it at {event.stage}, so a second, different person must cancel"
            raise OrderRefused(message)
        by = (*cancel.released_by, order.person)
        if len(by) >= TWO:
            self.cancelled(event, by, order.reason)
            return f"{event.place}: cancelled by {by[0]} and {by[1]}, while the picture holds it at {event.stage}"
        waiting = replace(cancel, released_by=by, note=order.reason)
        event.cancel, event.cancel_asked_ns = self.asked(event, waiting, self.kept.now_ns, order.reason)
        return f"{event.place}: the picture holds it at {event.stage}, so a second person must cancel it, too"

    def heard(self, name: str) -> tuple[Event, str]:
        """The event that a released public statement is of, and what stage it told."""
        for event in self.kept.events.values():
            for one in event.said:
                if one.identifier == name and one.audience == "public":
                    return event, one.stage
        raise OrderRefused(f"no released public statement {name!r} is open: it has ended or expired; look again")

    def cancelled(self, event: Event, by: tuple[str, ...], reason: str) -> None:
        """The cancel goes out, and nothing refers to what it took back."""
        cancel, now_ns = event.cancel, self.kept.now_ns
        assert cancel is not None  # noqa: S101  for the type checker: the caller has it
        event.public = released(event, cancel, tuple(dict.fromkeys(by)), "", now_ns, note=f"sent in error: {reason}")
        event.said = [one for one in event.said if one.audience != "public"]
        event.cancelled, event.cancelled_tracks = RANK[event.stage], event.tracks
        event.people_only = True
        event.cancel = None
        self.writer.say(event.public)
        self.writer.drop(event, "cancelled: sent in error")
        self.writer.notice(
            "cancel", event.public.identifier, f"{event.place}: cancelled by {' and '.join(by)}: {reason}"
        )

    def end(self, order: Order, ending: dict[str, str]) -> str:
        """All clear by a named authority, proof or not; carried out at the next tick, unless danger is forecast."""
        event = self.kept.events.get(order.subject)
        if order.role != "supervisor" or not order.session:
            raise OrderRefused(f"{order.subject}: only a supervisor who is signed in may end what was not seen to end")
        if event is None or not (event.stage in WARNED or event.open):
            raise OrderRefused(f"{order.subject!r} is not at warning now: there is nothing to end")
        if order.arguments.get("event", event.event) != event.event:
            raise OrderRefused(f"{order.subject}: you saw another event than {event.event}; look again")
        if not order.reason.strip():
            raise OrderRefused("give a reason: it stays with the evidence")
        event.ended_by = order.person
        words = (
            "ended by an authority" if event.observation == "seen clear" else "ended; part of the area was not observed"
        )
        if event.stage in WARNED and event.place in self.places:
            ending[event.place] = words
            self.kept.ending[event.place] = order.person
            return f"{event.place}: {words}; at the next second, unless danger is forecast there still"
        held = event.public.alert if event.public else None
        self.writer.renew(
            event, replace(held, stage="all clear", event=event.event) if held else None, words, order.person
        )
        self.writer.close(event)
        return f"{event.place}: {words}"

    def next_ns(self, one: Statement, since_ns: int) -> int:
        """When the next person will be asked; 0 where nobody is left."""
        left = self.people.next(one.place, self.kept.duty, one.asked)
        return since_ns + self.answer_ns if left else 0


def _kind(event: Event, name: str) -> str:
    return next((one.kind for one in event.drafts() if one.identifier == name), "statement")
