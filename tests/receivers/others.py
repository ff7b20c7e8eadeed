"""Real servers of others for tests: a broker (mosquitto), a mail server (aiosmtpd), a TAK server (taky)."""

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller as Mailing

from tests.programs import debian, python
from tests.running import free_port


def listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens there."""
    while True:
        assert process.poll() is None, f"it ended with {process.returncode}"
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)


@contextmanager
def started(command: list[str], port: int, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:  # noqa: ANN401
    """A server process that listens, and is gone after use."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    try:
        listening(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def broker(folder: Path, port: int = 0, denied: str = "") -> Iterator[int]:
    """A mosquitto; nobody may write below the topic `denied`."""
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    rights = folder / "rights"
    rights.write_text(f"topic readwrite #\ntopic deny {denied or 'none'}/#\n")
    rights.chmod(0o700)
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nacl_file {rights}\nuser root\npersistence false\n"
    )
    found = debian.program("mosquitto", "mosquitto")
    with started([str(found), "-c", str(settings)], port, env=debian.environment("mosquitto")):
        yield port


@contextmanager
def tak_server(folder: Path) -> Iterator[int]:
    """A taky."""
    port = free_port()
    settings = folder / "taky.conf"
    settings.write_text(
        f"[taky]\nhostname=taky.test\nbind_ip=127.0.0.1\nroot_dir={folder}\n"
        f"[cot_server]\nport={port}\n[dp_server]\nupload_path={folder}\n[ssl]\nenabled=false\n"
    )
    # its imports need pkg_resources, which newer setuptools no longer bring
    found = python.program("taky", "taky==0.10", "setuptools<81")
    with started([str(found), "-c", str(settings)], port, cwd=folder):
        yield port


@dataclass(slots=True)
class Box:
    """What a mail server took, and whom it refuses. `lose`: so many next messages are taken, not answered."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    lose: int = 0

    async def handle_RCPT(self, _1: object, _2: object, envelope: Any, address: str, _3: object) -> str:  # noqa: ANN401, N802
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: object, envelope: Any) -> str:  # noqa: N802, ANN401
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append(list(envelope.rcpt_tos))
        if self.lose > 0:
            self.lose -= 1
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[int, Box]]:
    """An aiosmtpd."""
    box = Box()
    mailing = Mailing(box, hostname="127.0.0.1", port=free_port())
    mailing.start()
    try:
        yield mailing.port, box
    finally:
        mailing.stop()


@dataclass(slots=True)
class Listener:
    """Somebody else on a TAK server: what they are shown, as raw XML."""

    port: int
    heard: bytes = b""
    _socket: socket.socket | None = None

    def __enter__(self) -> Self:
        self._socket = socket.create_connection(("127.0.0.1", self.port))
        self._socket.sendall(
            b'<event version="2.0" uid="other" type="a-f-G-U-C" how="m-g" time="2031-01-01T00:00:00Z" '
            b'start="2031-01-01T00:00:00Z" stale="2041-01-01T00:00:00Z"><point lat="0" lon="0" hae="0" ce="9" le="9"/>'
            b'<detail><contact callsign="other" endpoint="*:-1:stcp"/><takv os="1" version="1" device="x" '
            b'platform="test"/><__group name="Red" role="Team Member"/><uid Droid="other"/></detail></event>'
        )
        threading.Thread(target=self._hear, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._socket is not None
        self._socket.close()

    def _hear(self) -> None:
        assert self._socket is not None
        try:
            while data := self._socket.recv(65_536):
                self.heard += data
        except OSError:
            return
