"""What every channel is to the worker: something that opens, carries a parcel, says how it is, and closes."""

import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from tocsin.delivery.declared import Channel
from tocsin.delivery.kept import Document
from tocsin.errors import NotDelivered
from tocsin.messages import Statement


@dataclass(frozen=True, slots=True)
class Parcel:
    """A statement and its document on their way at `sent_ns`. `again`: an earlier attempt may have been accepted."""

    statement: Statement
    document: Document
    sent_ns: int
    again: bool = False

    @property
    def ended(self) -> bool:
        """Whether it takes back what was said before: nothing of its event is in force after it."""
        return self.statement.kind == "cancel" or self.statement.stage in ("all clear", "quiet")


@dataclass(frozen=True, slots=True)
class Taken:
    """What the other side answered. `idle`: this channel has nothing to do for such a statement."""

    detail: str
    idle: bool = False


class Carrier(Protocol):
    """One kind of channel. Everything runs in the event loop, under a time limit set by the lane.

    `keeps_state`: the other side shows the newest word only, so that an older one must never come after a newer one.
    """

    keeps_state: ClassVar[bool]
    declared: Channel

    async def open(self) -> None:
        """Be ready to send. Raises NotDelivered."""
        ...

    async def send(self, parcel: Parcel) -> Taken:
        """Bring it; returns when the other side has answered for it. Raises NotDelivered."""
        ...

    async def check(self) -> str:
        """See that the other side is there; how it is, in words. Raises NotDelivered."""
        ...

    async def trial(self, parcel: Parcel) -> str:
        """Bring a test parcel where it reaches nobody but the declared test address. Raises NotDelivered."""
        ...

    async def close(self) -> None:
        """Let go of the other side."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A carrier for which it matters what was said before it was opened."""

    def remember(self, statements: Iterable[Statement]) -> None:
        """What this channel served and has not expired, oldest first."""
        ...


def secret(channel: Channel) -> bytes:
    """The channel's secret, read now: a changed file counts from the next opening. Raises NotDelivered."""
    return read_secret(channel.secret_file, channel.secret_env)


def read_secret(file: str, variable: str) -> bytes:
    """A secret from a file or from a variable; empty when neither is named. Raises NotDelivered."""
    if file:
        try:
            found = Path(file).read_bytes().strip()
        except OSError as error:
            raise NotDelivered(
                f"the secret in {file} cannot be read: {error.strerror}; mend secret_file", refused=True
            ) from error
        if not found:
            raise NotDelivered(f"the secret in {file} is empty: write it there", refused=True)
        return found
    if variable:
        if not os.environ.get(variable):
            raise NotDelivered(f"the variable {variable} holds no secret: set it where tocsin is started", refused=True)
        return os.environ[variable].encode()
    return b""


def tls(channel: Channel) -> ssl.SSLContext:
    """What encrypted channels trust: the system's authorities, or only those that the site names."""
    try:
        return ssl.create_default_context(cafile=channel.certificates or None)
    except (OSError, ssl.SSLError) as error:
        raise NotDelivered(
            f"certificates = {channel.certificates!r} cannot be used: {error}; give a PEM file", refused=True
        ) from error
