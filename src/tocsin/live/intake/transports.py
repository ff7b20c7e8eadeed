"""Which transport a feed of the site file has."""

from collections.abc import Awaitable, Callable

from tocsin.errors import SiteError
from tocsin.feeds.transport.tcp import TcpClient, TcpServer
from tocsin.feeds.transport.udp import Udp
from tocsin.live.intake.queues import SourceQueue
from tocsin.messages import Packet
from tocsin.site.tables import FeedTable

Run = Callable[[], Awaitable[None]]


def transport(feed: FeedTable, queue: SourceQueue, now_ns: Callable[[], int]) -> Run:
    """What receives a feed into its queue until it is cancelled. Raises SiteError for one that cannot be live."""
    port = feed.port or 0
    match feed.transport:
        case "udp":
            udp = Udp(feed.name, port, now_ns, feed.host, feed.group)
            return lambda: udp.run(_at_once(queue), queue.refuse)
        case "tcp-client":
            client = TcpClient(feed.name, feed.host, port, now_ns)
            return lambda: client.run(queue.offer_or_hold, queue.refuse)
        case "tcp-server":
            server = TcpServer(feed.name, port, now_ns, feed.host)
            return lambda: server.run(queue.offer_or_hold, queue.refuse)
        case _:
            message = f"feed {feed.name!r} comes from a {feed.transport}, which is no live source: use `tocsin replay`"
            raise SiteError(message)


def _at_once(queue: SourceQueue) -> Callable[[Packet], None]:
    def deliver(packet: Packet) -> None:
        queue.offer(packet)

    return deliver
