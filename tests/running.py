"""A real `tocsin` in a process of its own, as its users meet it: started, signed in to, fed, stopped, killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from websockets.sync.client import ClientConnection, connect

from tocsin.geo.frames import enu_from_polar, polar_from_enu
from tocsin.messages import Detections
from tocsin.simulate.asterix_out import blocks, north, plots

SOURCE = (25, 11)
SITE = """
[site]
name = "test"
title = "A test site"

[server]
port = {port}

[ledger]
folder = "ledger"

[[sensor]]
name = "north"
kind = "radar"
sources = ["asterix 25/11"]
latitude_deg = 57.0
longitude_deg = 21.0
altitude_m = 50
sigma_range_m = 30
sigma_azimuth_deg = 0.1
period_s = 1
max_range_m = 100000
clutter_per_scan = 0.1

[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.0
longitude_deg = 21.0
ring_m = 5000

[[feed]]
name = "radar"
format = "asterix"
transport = "udp"
port = {feed}
"""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of this machine that nobody has."""
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass(slots=True)
class Running:
    """A started tocsin. Mostly without compiled kernels: what is tested here is not speed."""

    process: "subprocess.Popen[str]"
    origin: str
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Ask as the page would."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"origin": self.origin, "content-type": "application/json"} | self.headers
        asked = urllib.request.Request(self.origin + path, data, headers, method=method)  # noqa: S310  our own child
        try:
            with urllib.request.urlopen(asked) as answer:  # noqa: S310  as above
                if cookie := answer.headers["set-cookie"]:
                    self.headers["cookie"] = cookie.partition(";")[0]
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def sign_in(self) -> None:
        """Redeem the link."""
        status, _ = self.request("POST", "/api/session", {"token": self.token})
        assert status == 200

    def order(self, key: str, action: str, subject: str, **arguments: str) -> dict[str, Any]:
        """Give an order; its answer."""
        body = {"key": key, "action": action, "subject": subject, "arguments": arguments, "reason": "test"}
        status, answer = self.request("POST", "/api/orders", body)
        assert status == 200, answer
        found: dict[str, Any] = json.loads(answer)
        return found

    @contextmanager
    def map(self) -> Iterator[ClientConnection]:
        """An open map."""
        address = self.origin.replace("http", "ws") + "/api/live"
        with connect(address, additional_headers=self.headers | {"origin": self.origin}, max_size=None) as opened:
            yield opened

    def until(
        self, accepts: Callable[[dict[str, Any]], bool], meanwhile: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """The first frame that the test accepts; `meanwhile` is called about ten times a second."""
        with self.map() as opened:
            while True:
                meanwhile()
                try:
                    message = opened.recv(timeout=0.1)
                except TimeoutError:
                    continue
                assert isinstance(message, bytes)
                frame: dict[str, Any] = msgspec.msgpack.decode(message, strict=False)
                if accepts(frame):
                    return frame

    def feed_token(self) -> str:
        """The token of the next HTTP feed, which is printed once, after the links."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith("token of feed")).split()[-1]

    def send(self, feed: str, token: str, data: bytes) -> int:
        """Post bytes to a feed, as a machine does; the status."""
        headers = {"authorization": f"Bearer {token}"}
        asked = urllib.request.Request(f"{self.origin}/api/feeds/{feed}", data, headers)  # noqa: S310  our own child
        try:
            with urllib.request.urlopen(asked) as answer:  # noqa: S310  as above
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


def start(*arguments: str, compiled: bool = False) -> Running:
    """`tocsin ...`, until it has printed a link. `compiled`: with kernels, for a whole night's sky."""
    environment = dict(os.environ) | ({} if compiled else {"NUMBA_DISABLE_JIT": "1"})
    command = [sys.executable, "-m", "tocsin", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"(http\S+)/#t=(\S+)", line):
            return Running(process, found[1], found[2])
    raise AssertionError(f"it ended with {process.wait()} before it printed a link")


@contextmanager
def running(*arguments: str, compiled: bool = False) -> Iterator[Running]:
    """A tocsin that is gone after use, whatever happened."""
    made = start(*arguments, compiled=compiled)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        if made.process.stdout is not None:
            made.process.stdout.close()


@dataclass(slots=True)
class Radar:
    """A radar that turns once a second in real time and sees three aircraft, over UDP."""

    port: int
    began_s: float = field(default_factory=time.time)
    turns: int = 0
    source: tuple[int, int] = SOURCE

    def turn(self) -> None:
        """Send the turns that are due."""
        while time.time() - self.began_s >= self.turns + 1:
            self.turns += 1
            now_ns = round((self.began_s + self.turns) * 1e9)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for data in self.datagrams(now_ns - 200_000_000, now_ns):
                    out.sendto(data, ("127.0.0.1", self.port))

    def datagrams(self, time_ns: int, end_ns: int) -> list[bytes]:
        """One turn."""
        passed_s = time_ns / 1e9 - self.began_s
        range_m, azimuth = np.array([20_000.0, 40_000.0, 60_000.0]), np.radians([10.0, 130.0, 250.0])
        enu = enu_from_polar(range_m, azimuth, np.radians([6.0, 4.0, 3.0])) + np.array([150.0, 50.0, 0.0]) * passed_s
        slant_m, azimuth, _ = polar_from_enu(enu)
        values = {"range_m": slant_m, "azimuth_rad": azimuth}
        identity = ("icao:4ca001", "icao:4ca002", "icao:4ca003")
        times = np.full(3, time_ns)
        found = Detections(np.zeros(3, np.int32), times, times, values, {"identity": identity})
        return [*blocks(48, plots(found, np.arange(3), self.source)), *blocks(34, [north(self.source, end_ns, 1.0)])]


def site(folder: Path) -> tuple[Path, int]:
    """A site file with one radar by UDP, and that port."""
    feed = free_port(socket.SOCK_DGRAM)
    path = folder / "site.toml"
    path.write_text(SITE.format(port=free_port(), feed=feed))
    return path, feed
