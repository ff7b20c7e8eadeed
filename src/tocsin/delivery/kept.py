"""What delivery keeps as evidence: the bytes that went out, and what became of them on each channel."""

from dataclasses import dataclass

import msgspec

from tocsin.errors import InputError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes in which a statement goes out: made and signed once, kept before the first send, never made again.

    `detection_ns` is the first detection of the track that decided, `track_ns` when that track was confirmed; 0: none.
    """

    time_ns: int
    identifier: str
    media_type: str
    body: bytes
    detection_ns: int = 0
    track_ns: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one statement on one channel, and when. It settles the outbox row `key`.

    `outcome`: received (the other side has it), expired (it was not sent in time), superseded (a newer one of its event
    took its place there), idle (this channel has nothing to do for it). Times that never came are 0.
    """

    time_ns: int
    key: str
    identifier: str
    channel: str
    outcome: str
    detail: str  # what the other side answered, or why it was not sent
    attempts: int
    event: str
    place: str
    stage: str
    lane: str
    status: str
    detection_ns: int
    track_ns: int
    decided_ns: int
    released_ns: int
    document_ns: int
    sent_ns: int  # when the attempt that succeeded began
    received_ns: int


def encode(kept: Document | Receipt) -> bytes:
    """As bytes for the ledger, always the same for the same record."""
    return msgspec.msgpack.encode(kept, order="deterministic")


def document(fmt: int, body: bytes) -> Document:
    """The document that `encode` made. Raises InputError when it cannot be one."""
    try:
        return msgspec.msgpack.decode(_known(fmt, body), type=Document)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no document of format {fmt}: {error}") from error


def receipt(fmt: int, body: bytes) -> Receipt:
    """The receipt that `encode` made. Raises InputError when it cannot be one."""
    try:
        return msgspec.msgpack.decode(_known(fmt, body), type=Receipt)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no receipt of format {fmt}: {error}") from error


def _known(fmt: int, body: bytes) -> bytes:
    if fmt > FORMAT:
        raise InputError(f"format {fmt} is unknown here (up to {FORMAT}): install a newer tocsin")
    return body
