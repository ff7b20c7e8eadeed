"""Runs the whole system: the page first, then the kernels, then the watch. A command calls `run` and nothing else.

event loop (main thread)   transports -> queues            server <- what is durable
thinking thread                   sequencer or playback -> advance -> ledger (a writing thread of its own)
a process of its own                                       advance (`apart`)
"""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import time
from functools import partial
from pathlib import Path

from tocsin.delivery.outside import Outside
from tocsin.errors import TocsinError
from tocsin.ledger import fingerprint
from tocsin.ledger.store import Ledger
from tocsin.live.apart.thinking import Apart
from tocsin.live.clock import UtcClock
from tocsin.live.documents.office import office
from tocsin.live.evidence import Evidence, nowhere, unseen
from tocsin.live.health import Stalls, Watch
from tocsin.live.intake.feeds import LiveFeeds
from tocsin.live.intake.queues import Bell
from tocsin.live.others.declared import others
from tocsin.live.others.guard import guard
from tocsin.live.others.poller import Others
from tocsin.live.page import Page, bind
from tocsin.live.past.grounds import Grounds
from tocsin.live.playback import Playback, PlaybackClock, Span
from tocsin.live.process import demo_watch
from tocsin.live.process.self_score import SelfScore
from tocsin.live.process.supervision import Supervisor
from tocsin.live.process.watchdog import notify
from tocsin.live.runner import BACK_NS, Runner
from tocsin.live.sending.dispatch import Dispatch, maker
from tocsin.live.sending.keeping import Keeping
from tocsin.live.sending.minute import MinuteTarget
from tocsin.live.warm import use_cache, warm
from tocsin.messages import Notice, Scan
from tocsin.server.access.roles import Role
from tocsin.server.routes.reports import REPORTS
from tocsin.server.station import Scenes
from tocsin.site import Site
from tocsin.wire import rules_digest

DISCIPLINE_S = 1.0
log = logging.getLogger("tocsin.live")


@dataclass(frozen=True, slots=True)
class Recording:
    """What a playback plays: `scans()` begins it again, in the order of arrival; `mode` is "demo" or "replay"."""

    scans: Callable[[], Iterable[Scan]]
    span: Span
    mode: str = "replay"
    speed: float = 1.0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  links are for the person who started this


def run(
    site: Site,
    *,
    folder: Path,
    recording: Recording | None = None,
    people: Mapping[str, Role] | None = None,
    announce: Callable[[str], None] = _say,
    ledger: Path | None = None,
    scenes: Callable[[Callable[[], None]], Scenes] | None = None,
) -> int:
    """Serve `site` until SIGTERM or SIGINT: its live feeds, or a recording. Returns the exit code.

    `folder` holds the ledger (unless `ledger` does), the people and the reports. For each of `people` a one-time link
    is announced. `scenes` is given what ends this service, and makes what may be begun after it. Raises SiteError
    before anything has begun when the site cannot be served as it is, and LedgerError when evidence cannot be kept.
    """
    use_cache()
    return asyncio.run(_Service(site, folder, ledger or folder, recording, people or {}, announce, scenes).run())


@dataclass(slots=True)
class _Service:
    site: Site
    folder: Path
    ledger: Path
    recording: Recording | None
    people: Mapping[str, Role]
    announce: Callable[[str], None]
    scenes: Callable[[Callable[[], None]], Scenes] | None = None
    clock: UtcClock = field(default_factory=UtcClock)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    failure: BaseException | None = None
    grounds: Grounds = field(init=False)

    def __post_init__(self) -> None:
        sensors = self.site.settings.sensors
        self.grounds = Grounds({source: sensor.name for sensor in sensors for source in sensor.sources})

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        supervisor = Supervisor(lambda name, error: log.error("%s failed: %s: %s", name, type(error).__name__, error))
        watch = Watch(Stalls(), supervisor, rules=rules_digest(self.site.settings.alerting))
        source = self._source(watch)
        dispatch = self._dispatch(source, watch, lambda notice: page.hub.note((notice,)))
        taken, names = bind(self.site)
        mode = self.recording.mode if self.recording else "live"
        self.folder.mkdir(parents=True, exist_ok=True)

        def end() -> None:
            loop.call_soon_threadsafe(self.stopping.set)

        scenes = self.scenes(end) if self.scenes is not None else None
        page = Page(
            self.site,
            mode,
            source,
            watch,
            self.folder,
            names,
            self.clock.now_ns,
            office=office(self.site),
            scenes=scenes,
        )
        serving = asyncio.create_task(page.serve(taken), name="server")
        for line in page.welcome(self.people):
            self.announce(line)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        supervisor.start("stalls", watch.stalls.sample)
        supervisor.start("health", page.tell_health)
        supervisor.start("sessions", page.sweep_sessions)
        supervisor.start("clock", lambda: self._discipline(source))
        supervisor.start("delivery", lambda: dispatch.run(supervisor))
        watch.others = self._others(dispatch)
        for poller in watch.others.pollers:
            supervisor.start(f"alerts of {poller.other.name}", poller.run)
        if watch.others.pollers and self.site.settings.releasing.status == "exercise":
            listen = partial(guard, watch.others, self.site.settings.places, page.order, source.clock.now_ns)
            supervisor.start("guard of the exercise", listen)
        if dispatch.outside is not None and self.recording is None:
            supervisor.start("outside", dispatch.outside.run)
        if self.recording is not None and self.recording.mode == "demo":
            places = tuple(place.name for place in self.site.settings.places)
            on_duty = partial(demo_watch.watch, lambda: page.desk, page.order, source.clock.now_ns, places)
            supervisor.start("demo watch", on_duty)
        thread = await self._start_thinking(source, watch, page)
        if isinstance(source, LiveFeeds) and not self.stopping.is_set():
            source.start(supervisor)
            watch.minute = MinuteTarget(dispatch, self.site.settings.frame, self.clock.now_ns)
            supervisor.start("minute target", watch.minute.run)
            if self.site.score.nightly:
                supervisor.start("score of the night", self._scoring(watch, dispatch).run)
        ended = asyncio.create_task(self.stopping.wait())
        await asyncio.wait((ended, serving), return_when=asyncio.FIRST_COMPLETED)
        await self._stop(supervisor, watch, page, thread, serving)
        if isinstance(self.failure, TocsinError):
            raise self.failure  # it is meant to be read: the command prints it
        if self.failure is not None:
            log.error("the watch ended", exc_info=self.failure)
        return 1 if self.failure is not None else 0

    def _source(self, watch: Watch) -> LiveFeeds | Playback:
        if self.recording is not None:
            clock = PlaybackClock(self.recording.span.start_ns, self.recording.speed)
            return Playback(self.recording.scans, self.recording.span, Bell(), clock)
        feeds = LiveFeeds(self.site.feeds, self.clock)
        watch.queues = feeds.queues
        watch.failures, watch.clock = feeds.sequencer.failures, self.clock
        return feeds

    def _others(self, dispatch: Dispatch) -> Others:
        """Other authorities are heard live only: in a playback their word of today would stand in another night."""
        if self.recording is not None:
            return Others()
        return others(self.site.cap, self.clock.now_ns, Keeping(dispatch.evidence, dispatch.show).notice)

    def _dispatch(self, source: LiveFeeds | Playback, watch: Watch, show: Callable[[Notice], None]) -> Dispatch:
        playback, places = self.recording is not None, self.site.settings.places
        made_by = office(self.site)
        make = maker(replace(made_by, evidence=self.grounds.of) if made_by else None)
        clock = source.clock.now_ns
        dispatch = Dispatch(self.site.delivery, places, playback, clock, lambda: watch.evidence, show, make)
        watch.dispatch = dispatch

        def troubles() -> Sequence[str]:
            figures = watch.figures()
            return figures.troubles or tuple(filter(None, figures.starting[:1]))

        dispatch.outside = Outside(dispatch.delivery, self.site.settings.site, source.clock.now_ns, troubles)
        return dispatch

    async def _start_thinking(self, source: LiveFeeds | Playback, watch: Watch, page: Page) -> threading.Thread:
        """Compile, then think in a thread of its own; returns when it thinks or has failed."""

        def progress(done: int, total: int) -> None:
            watch.starting = ("compiling kernels", done, total)
            notify(f"STATUS=compiling kernels: {done} of {total}\nEXTEND_TIMEOUT_USEC=60000000")

        stop = asyncio.create_task(self.stopping.wait())
        warming = asyncio.create_task(warm(progress))
        await asyncio.wait((stop, warming), return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, warming):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        watch.starting = ("loading", 0, 0)
        begun = asyncio.Event()

        def tell() -> None:
            watch.starting = ("", 0, 0)
            with contextlib.suppress(RuntimeError):  # the loop may have ended
                page.loop.call_soon_threadsafe(begun.set)

        arguments = (source, watch, page, tell)
        thread = threading.Thread(target=self._think, args=arguments, name="thinking", daemon=True)
        if not self.stopping.is_set():
            thread.start()
            await begun.wait()
        return thread

    def _think(self, source: LiveFeeds | Playback, watch: Watch, page: Page, begun: Callable[[], None]) -> None:
        """The thinking thread, from the opening of the ledger to its close."""
        try:
            items = source.sequencer if isinstance(source, LiveFeeds) else source
            retention = self.site.retention
            print_of_us = fingerprint.encode(fingerprint.fingerprint())
            with (
                closing(Apart(self.site.settings)) as thinking,
                Ledger.open(self.ledger, print_of_us, source.clock.now_ns, retention=retention) as ledger,
            ):
                page.settings_now = thinking.settings_now
                sent = watch.dispatch
                rows, see = (sent.rows, sent.sightings.see) if sent else (nowhere, unseen)
                evidence = Evidence(ledger, rows, see, grounds=self.grounds)
                evidence.rules = self.site.rules
                runner = Runner(items, evidence, thinking, page.publish, resume=self.recording is None)
                watch.evidence, watch.runner = evidence, runner
                runner.run(begun)
                watch.evidence = None
                evidence.close()
        except BaseException as error:  # noqa: BLE001  it is told, and ends the process with its exit code
            self.failure = error
        finally:
            begun()
            with contextlib.suppress(RuntimeError):
                page.loop.call_soon_threadsafe(self.stopping.set)

    def _scoring(self, watch: Watch, dispatch: Dispatch) -> SelfScore:
        def kept_ns() -> tuple[int, int] | None:
            return watch.evidence.bounds_ns() if watch.evidence is not None else None

        table, tell = self.site.score, Keeping(dispatch.evidence, dispatch.show).notice
        hour, reports = time.fromisoformat(table.at_utc), self.folder / REPORTS
        return SelfScore(self.ledger, reports, hour, table.pdf, table.keep, self.clock.now_ns, kept_ns, tell)

    async def _discipline(self, source: LiveFeeds | Playback) -> None:
        """Follow UTC; tell the sequencer of a jump back that leaves everything to come too late."""
        while True:
            await asyncio.sleep(DISCIPLINE_S)
            jump = self.clock.discipline()
            if jump is not None:
                log.warning("the system clock jumped by %.3f s", jump.by_ns / 1e9)
                if jump.by_ns < -BACK_NS and isinstance(source, LiveFeeds):
                    source.sequencer.turn_back(jump)

    async def _stop(
        self, supervisor: Supervisor, watch: Watch, page: Page, thread: threading.Thread, serving: "asyncio.Task[None]"
    ) -> None:
        """In the order in which nothing is lost: transports, what waits, the ledger, the maps, the server."""
        self.stopping.set()
        notify("STOPPING=1")
        await supervisor.stop()
        if watch.runner is not None:
            watch.runner.stop()
        if thread.is_alive():
            await asyncio.to_thread(thread.join)
        await page.stop()
        with contextlib.suppress(TocsinError):
            await serving
        page.close()
