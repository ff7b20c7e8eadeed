"""The delivery worker of a running system: opened with the ledger, told what is durable, ended before the ledger."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from tocsin.delivery.carrier import Remembers
from tocsin.delivery.channels import carrier
from tocsin.delivery.declared import Delivery, Routes, gate
from tocsin.delivery.outbox import Made, Outbox
from tocsin.delivery.outside import Outside
from tocsin.errors import DocumentRefused
from tocsin.ledger.plan import Outgoing
from tocsin.live.documents.make import Office, make
from tocsin.live.documents.posted import Wall
from tocsin.live.evidence import Evidence
from tocsin.live.process.supervision import Supervisor
from tocsin.live.sending.keeping import Keeping, documents, in_force, open_rows, receipts
from tocsin.messages import Notice, Statement, Step, TrackState
from tocsin.settings import Place

SEEN_MAX = 20_000  # tracks and statements whose times are remembered
WAIT_S = 0.05


def make_document(statement: Statement) -> Made:
    """A statement in plain JSON, where there is no CAP. NaN is null.

    What leaves for the public names nobody of the staff, and nothing that the sensors know.
    """
    if statement.audience == "public":
        statement = replace(statement, released_by=(), authority="", note="", alert=None, people=float("nan"))
    return Made("application/json", msgspec.json.encode(statement, order="deterministic"))


def maker(office: Office | None) -> Callable[[Statement], Made]:
    """What makes documents: a site's office signed CAP, or plain JSON where it has none.

    Where CAP is refused (no signed words, no key, an area that is none), sirens and staff are told all the same, in
    JSON, with the reason as an alarm: they need no words, and a slip in a file must not silence them.
    """
    if office is None:
        return make_document

    def signed(statement: Statement) -> Made:
        try:
            document = make(statement, office)
        except DocumentRefused as error:
            return replace(make_document(statement), problems=(f"no CAP document, sent as JSON: {error}",))
        return Made("application/cap+xml", document.data, document.problems)

    return signed


class Sightings:
    """When the track that decided a statement was first detected and confirmed. Fed by the thinking thread."""

    def __init__(self) -> None:
        self._confirmed: OrderedDict[int, int] = OrderedDict()
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def see(self, step: Step) -> None:
        """Note newly confirmed tracks, and the tracks behind statements that are new."""
        picture = step.picture
        if picture is None:
            return
        for row in np.flatnonzero(picture.state == TrackState.CONFIRMED):
            self._confirmed.setdefault(int(picture.track[row]), picture.time_ns)
        born = dict(zip(picture.track.tolist(), picture.born_ns.tolist(), strict=True)) if step.statements else {}
        for one in step.statements:
            reasons = one.alert.reasons if one.alert else ()
            track = next((reason.track for reason in reasons if reason.track in born), None)
            if track is not None and one.identifier not in self._seen:
                self._seen[one.identifier] = (born[track], self._confirmed.get(track, 0))
        for table in (self._confirmed, self._seen):
            while len(table) > SEEN_MAX:
                table.popitem(last=False)

    def of(self, statement: Statement) -> tuple[int, int]:
        """First detection, confirmation; 0 where not known."""
        return self._seen.get(statement.identifier, (0, 0))


@dataclass(slots=True)
class Dispatch:
    """Delivery as the service holds it. Made in the event loop; `rows` and `see` are the thinking thread's."""

    delivery: Delivery
    places: tuple[Place, ...]
    playback: bool
    now_ns: Callable[[], int]
    evidence: Callable[[], Evidence | None]
    show: Callable[[Notice], None]
    make: Callable[[Statement], Made] = make_document
    sightings: Sightings = field(default_factory=Sightings)
    outside: Outside | None = None
    outbox: Outbox = field(init=False)
    keeping: Keeping = field(init=False)
    routes: Routes = field(init=False)
    wall: Wall = field(init=False)
    off: str = field(init=False, default="")
    _early: list[Statement] | None = field(default_factory=list)  # came before the outbox went on with the old ones

    def __post_init__(self) -> None:
        """Raises SiteError where exercise and actual are not kept apart."""
        if self.delivery.instance == "off" and self.delivery.channels:
            self.off = (
                'sending is off: nobody is told; write [delivery] instance = "actual" when the channels are tried'
            )
        if self.playback and self.delivery.instance == "actual":
            self.off = "this is a playback: nothing of it goes out on the channels of the site"
            self.delivery = replace(self.delivery, instance="off")
        parents = {place.name: place.parent for place in self.places if place.parent}
        self.routes = Routes(self.delivery, parents)
        carriers = {one.name: carrier(one, self.now_ns) for one in gate(self.delivery)}
        self.keeping = Keeping(self.evidence, self.show)
        self.outbox = Outbox(
            self.delivery, self.routes, carriers, self.make, self.keeping, self.now_ns, seen=self.sightings.of
        )
        self.wall = Wall(self.outbox)

    def rows(self, statement: Statement) -> tuple[Outgoing, ...]:
        """The outbox rows of a statement's record."""
        return tuple(Outgoing(f"{statement.identifier}/{name}", name) for name in self.routes.of(statement))

    def take(self, statements: Sequence[Statement]) -> None:
        """What is durable now (or had no room to be): in the event loop."""
        if self._early is not None:
            self._early += statements
        else:
            self.outbox.take(statements)

    async def run(self, supervisor: Supervisor) -> None:
        """Go on with what a start finds open, then with what comes. Supervised; returns when the lanes run."""
        if not self.outbox.lanes:
            self._early = None
            return
        while (evidence := self.evidence()) is None:  # noqa: ASYNC110  another thread opens it, after compiling
            await asyncio.sleep(WAIT_S)
        self.outbox.go_on(await asyncio.to_thread(open_rows, evidence.reader))
        before = await asyncio.to_thread(receipts, evidence.reader, self.now_ns())
        for receipt in before:
            self.outbox.latency.add(receipt)
        if self.wall.feeds():
            self.wall.restore(await asyncio.to_thread(documents, evidence.reader, self.now_ns()), before)
        said = await asyncio.to_thread(in_force, evidence.reader, self.now_ns())
        for name, lane in self.outbox.lanes.items():
            if isinstance(lane.carrier, Remembers):
                lane.carrier.remember(one for one in said if name in self.routes.of(one))
        early, self._early = self._early or [], None
        self.outbox.take(early)
        for name, lane in self.outbox.lanes.items():
            supervisor.start(f"channel {name}", lane.run)

    async def say_test(self, statements: Sequence[Statement]) -> None:
        """Keep what a test of the whole way says, and send it. It is no decision about a place of the site."""
        for one in statements:
            await self.keeping.test(one)
        self.take(statements)

    async def alarm(self, notice: Notice) -> None:
        """Show an alarm, and keep it."""
        await self.keeping.notice(notice)

    def received(self) -> set[tuple[str, str]]:
        """(identifier, channel) of what was lately received."""
        receipts = self.outbox.latency.receipts
        return {(one.identifier, one.channel) for one in receipts if one.outcome == "received"}

    def figures(self) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]:
        """Counters, gauges and latencies, for the health page and Prometheus."""
        counters, gauges = self.outbox.figures()
        if self.outside is not None:
            counters |= self.outside.figures()
        return counters, gauges, self.outbox.latency.metrics()

    def troubles(self) -> list[str]:
        """Sentences for a person."""
        silent = self.outside.trouble() if self.outside is not None else ""
        return [*filter(None, (self.off, silent)), *self.delivery.said, *self.outbox.troubles()]

    def report(self) -> Mapping[str, object]:
        """What /api/latency answers."""
        latency = self.outbox.latency
        channels = [
            {
                "name": name,
                "kind": lane.carrier.declared.kind,
                "audience": lane.carrier.declared.audience,
                "status": lane.carrier.declared.status,
                "up": lane.figures.opened and not lane.figures.trouble,
                "trouble": lane.figures.trouble,
                "since": lane.figures.since_ns / 1e9 if lane.figures.trouble else None,
                "heard": lane.figures.heard_ns / 1e9 if lane.figures.heard_ns else None,
                "state": lane.figures.state,
                "waiting": lane.figures.waiting,
                "received": lane.figures.received,
                "failures": lane.figures.failures,
                "expired": lane.figures.expired,
                "legs": latency.percentiles(channel=name),
            }
            for name, lane in self.outbox.lanes.items()
        ]
        legs = {"all": latency.percentiles(), "fast": latency.percentiles("fast"), "slow": latency.percentiles("slow")}
        return {"instance": self.delivery.instance, "channels": channels, "legs": legs, "alerts": latency.rows()}
