"""The live feeds of a site: for each its queue, its decoder and its transport."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.errors import SiteError
from tocsin.feeds.table import FORMATS
from tocsin.live.clock import Clock
from tocsin.live.intake.queues import Bell, Receipt, SourceQueue
from tocsin.live.intake.sequencer import Decoder, Sequencer
from tocsin.live.intake.transports import Run, transport
from tocsin.live.process.supervision import Supervisor
from tocsin.messages import Packet
from tocsin.site.tables import FeedTable


class _Decoders(Mapping[str, Decoder]):
    """Decoders by the name of their feed, made when first asked for: in the thinking thread, which may compile them."""

    def __init__(self, feeds: Sequence[FeedTable]) -> None:
        self._formats = {feed.name: feed.format for feed in feeds}
        self._made: dict[str, Decoder] = {}

    def __getitem__(self, name: str) -> Decoder:
        if name not in self._made:
            self._made[name] = FORMATS[self._formats[name]](name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._formats)

    def __len__(self) -> int:
        return len(self._formats)


@dataclass(slots=True)
class LiveFeeds:
    """Everything that comes in live. `clock` is UTC. Raises SiteError for a feed that cannot be read live."""

    feeds: Sequence[FeedTable]
    clock: Clock
    bell: Bell = field(default_factory=Bell)
    queues: dict[str, SourceQueue] = field(init=False)
    sequencer: Sequencer = field(init=False)
    _transports: dict[str, Run] = field(init=False)

    def __post_init__(self) -> None:
        for feed in self.feeds:
            if feed.format not in FORMATS:
                raise SiteError(f"feed {feed.name!r} has format {feed.format!r}; write one of {', '.join(FORMATS)}")
        self.queues = {feed.name: SourceQueue(feed.name, feed.rate_max, self.bell) for feed in self.feeds}
        self.sequencer = Sequencer(self.clock, self.queues, _Decoders(self.feeds), self.bell)
        live = [feed for feed in self.feeds if feed.transport != "http"]
        self._transports = {feed.name: transport(feed, self.queues[feed.name], self.clock.now_ns) for feed in live}

    def start(self, supervisor: Supervisor) -> None:
        """Open every transport; each is a task of its own, started again when it fails."""
        for name, run in self._transports.items():
            supervisor.start(f"feed {name}", run)

    def offer(self, feed: str, data: bytes) -> Receipt | None:
        """Bytes that came by HTTP. None when there is no room: the sender is told to come again."""
        if not any(table.name == feed and table.transport == "http" for table in self.feeds):
            raise KeyError(feed)
        receipt = Receipt()
        return receipt if self.queues[feed].take_in(Packet(self.clock.now_ns(), data, "http"), receipt) else None
