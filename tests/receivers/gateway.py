"""An HTTP gateway of a public warning service: it accepts, answers late or not at all, and shows what it holds."""

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote

from tests.ledgers.evidence import dice


@dataclass(slots=True)
class Gateway:
    """`effects` counts what the public heard, by identifier. `lose`: so many next posts are accepted, not answered.

    `refuse`: so many next posts get this status and have no effect. With `dedup` an identifier has one effect.
    """

    dedup: bool = True
    lose: int = 0
    refuse: int = 0
    status: int = 503
    alter: bool = False
    lose_rate: float = 0.0  # of the answers to posts that were accepted
    late_s: float = 0.0  # longest time between accepting and answering
    seed: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    held: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = dice(self.seed)

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                gateway.connections.append(self.connection)

            def log_message(self, *_: object) -> None:
                pass

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_HEAD(self) -> None:
                self._answer(405)

            def do_GET(self) -> None:
                body = gateway.held.get(unquote(self.path.rpartition("/")[2]))
                if body is None:
                    self._answer(404)
                else:
                    self._answer(200, body + b"?" if gateway.alter else body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if len(body) != int(self.headers["Content-Length"]):
                    self.close_connection = True  # the sender was killed half way: no request at all
                    return
                status = gateway.accept({name.lower(): value for name, value in self.headers.items()}, body)
                if status:
                    self._answer(status, b"taken")
                else:
                    self.close_connection = True
                    self.connection.close()

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # senders are killed in the middle of a request

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def accept(self, headers: dict[str, str], body: bytes) -> int:
        """The status; 0: accepted, and the answer is lost."""
        identifier = headers.get("idempotency-key", "none")
        with self._lock:
            self.posts.append((headers, body))
            if self.refuse > 0:
                self.refuse -= 1
                return self.status
            if not (self.dedup and identifier in self.held):
                self.effects[identifier] += 1
            self.held[identifier] = body
            self.order.append(identifier)
            lost = self.lose > 0 or self._chance.random() < self.lose_rate
            self.lose -= self.lose > 0
            wait_s = self._chance.random() * self.late_s
        time.sleep(wait_s)
        return 0 if lost else 201


def until(done: object, wait_s: float = 60.0) -> None:
    """Wait for a condition (a callable); a hang is a failure."""
    assert callable(done)
    end_s = time.monotonic() + wait_s
    while not done():
        assert time.monotonic() < end_s, "it never came"
        time.sleep(0.005)
