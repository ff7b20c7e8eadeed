"""Writes what is said: drafts, releases, renewals, withdrawals. Every change of a statement passes through `say`."""

from dataclasses import replace

from tocsin.alerts.release.events import Event, Ground, draft, ground, identifier, released
from tocsin.alerts.release.kept import Kept
from tocsin.messages import Alert, Notice, Statement
from tocsin.settings import Place, Settings


class Writer:
    """Collects what is said in one step. Beside `kept` it has no state of its own."""

    def __init__(self, settings: Settings, kept: Kept) -> None:
        self.settings = settings
        self.kept = kept
        self.places: dict[str, Place] = {place.name: place for place in settings.places}
        self.status = settings.releasing.status
        self.notices: list[Notice] = []
        self._statements: list[Statement] = []
        self._ground: dict[str, Ground] = {}

    def said(self) -> tuple[tuple[Statement, ...], tuple[Notice, ...]]:
        """What was said since the last time, and the lines of evidence."""
        said = tuple(self._statements), tuple(self.notices)
        self._statements, self.notices = [], []
        return said

    def say(self, one: Statement) -> Statement:
        """It now stands so."""
        self._statements.append(one)
        return one

    def notice(self, kind: str, subject: str, text: str) -> None:
        """A line of evidence."""
        self.notices.append(Notice(self.kept.now_ns, kind, subject, text))

    def ground_of(self, place: str) -> Ground:
        """What a statement says of a place."""
        if place not in self._ground:
            known = self.places.get(place)
            self._ground[place] = ground(known) if known else Ground(why="the site does not name this place")
        return self._ground[place]

    def staff(self, event: Event, alert: Alert, note: str = "") -> None:
        """Staff and machines are told at once; nobody is asked."""
        kind = "update" if event.references("staff", alert.time_ns) else "alert"
        name = identifier(self.settings.site, self.status, event, "staff")
        made = draft(event, name, kind, "staff", self.status, alert, self.ground_of(event.place))
        event.staff = released(event, made, (), "test" if self.status == "test" else "staff", alert.time_ns, note=note)
        self.say(event.staff)

    def draft(self, event: Event, alert: Alert) -> None:
        """The alert, and with it what may follow: its update and its cancel."""
        known = self.ground_of(event.place)
        self.drop(event, "a new alert of this event took its place")
        first = "update" if event.references("public", alert.time_ns) else "alert"
        event.cancelled, event.nobody_left = -1, False
        names = [identifier(self.settings.site, self.status, event, "public") for _ in range(3)]
        kinds = (first, "update", "cancel")
        made = [
            draft(event, name, kind, "public", self.status, alert, known)
            for name, kind in zip(names, kinds, strict=True)
        ]
        event.asked, event.update, event.cancel = made
        for one in made:
            self.say(one)

    def release(self, event: Event, by: tuple[str, ...], authority: str, lane: str = "") -> None:
        """The draft goes out, on the word of two people or of a standing order."""
        asked, now_ns = event.asked, self.kept.now_ns
        assert asked is not None  # noqa: S101  for the type checker: the callers have it
        event.public = released(event, asked, by, authority, now_ns, lane=lane or asked.lane, note="")
        event.asked = None
        self.say(event.public)
        self.refresh(event)
        who = f"standing order {authority}" if authority else " and ".join(by)
        self.notice("release", event.public.identifier, f"{event.place}: {event.public.stage}, released by {who}")

    def renew(self, event: Event, alert: Alert | None, note: str = "", ended_by: str = "") -> None:
        """An update on the authority of what was released: its stage, a longer life, or its end."""
        public, update, now_ns = event.public, event.update, self.kept.now_ns
        assert public is not None and update is not None  # noqa: PT018, S101  for the type checker: it is open
        stage = alert.stage if alert is not None and alert.event == event.event else public.stage
        by = (ended_by,) if ended_by else public.released_by
        authority = "" if ended_by else public.authority
        event.public = released(
            event, replace(update, event=event.event), by, authority, now_ns, stage=stage, lane=public.lane, note=note,
            alert=alert, decided_ns=alert.time_ns if alert else now_ns,
        )  # fmt: skip
        self.say(event.public)
        self.refresh(event)

    def refresh(self, event: Event) -> None:
        """The next update and the cancel lie ready, and name what they would refer to."""
        public, now_ns = event.public, self.kept.now_ns
        assert public is not None  # noqa: S101  for the type checker: something was released
        heard = event.references("public", now_ns)
        event.update = event.update if event.update and event.update.identifier != public.identifier else None
        if event.update is None and event.open:
            name = identifier(self.settings.site, self.status, event, "public")
            event.update = replace(public, identifier=name, kind="update", state="draft", released_ns=0)
        for what in ("update", "cancel"):
            one = getattr(event, what)
            if one is not None:
                drafted = replace(
                    one, time_ns=now_ns, references=heard, released_by=one.released_by if one.state == "asked" else (),
                    authority="", stage=public.stage, expires_ns=public.expires_ns, event=event.event,
                )  # fmt: skip
                setattr(event, what, self.say(drafted))

    def withdraw(self, event: Event, why: str) -> None:
        """A draft that nobody released, and what was to follow it: there is nothing to warn of any more."""
        if event.asked is not None:
            self.drop(event, why)

    def drop(self, event: Event, why: str) -> None:
        """All drafts of an event: others take their place, or none."""
        for one in event.drafts():
            self.kept.recent.append(self.say(replace(one, state="withdrawn", note=why, time_ns=self.kept.now_ns)))
        event.asked = event.update = event.cancel = None

    def close(self, event: Event) -> None:
        """It is over, and shown for a while."""
        last = (one for one in (event.staff, event.public) if one is not None)
        self.kept.recent += [replace(one, time_ns=self.kept.now_ns) for one in last]
        self.kept.events.pop(event.place, None)
