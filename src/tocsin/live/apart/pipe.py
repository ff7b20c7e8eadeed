"""What two processes of tocsin say to each other: Python's own nouns, with their columns beside them and not copied.

One message: how many parts follow (u4), their lengths (u8 each), the parts. The first part is a pickle, the others are
the columns of its arrays (PEP 574): they are read straight into arrays of their own, so that one which is kept does
not keep the others. For a socket pair between a process and its own child, which nobody else can reach: never for
anything that comes from outside, because reading a pickle runs what it says.
"""

import copyreg
import io
import pickle
import struct
from collections.abc import Callable, Sequence
from socket import MSG_WAITALL, socket
from types import MappingProxyType
from typing import Any

HEAD = struct.Struct("<I")
PARTS_MAX = 512  # of one call to the kernel, which takes at most 1024 (IOV_MAX of Linux)


def _frozen(mapping: dict[Any, Any]) -> "MappingProxyType[Any, Any]":
    return MappingProxyType(mapping)


def _thawed(mapping: "MappingProxyType[Any, Any]") -> "tuple[Callable[..., Any], tuple[dict[Any, Any]]]":
    return _frozen, (dict(mapping),)


class _Pickler(pickle.Pickler):
    """Also of mappings that nobody may write to, as messages have them."""

    dispatch_table = copyreg.dispatch_table | {MappingProxyType: _thawed}


class Pipe:
    """One end. Used by one thread at a time."""

    def __init__(self, end: socket) -> None:
        self._end = end

    def send(self, value: object) -> None:
        """Hand it over; returns when the other end has read it, or its kernel holds it. Raises OSError: it is gone."""
        words, columns = io.BytesIO(), list[pickle.PickleBuffer]()
        _Pickler(words, 5, buffer_callback=columns.append).dump(value)
        parts = [words.getbuffer(), *(column.raw() for column in columns)]
        lengths = struct.pack(f"<{len(parts)}Q", *(len(part) for part in parts))
        left = [memoryview(HEAD.pack(len(parts)) + lengths), *parts]
        while left:
            left = _rest(left, self._end.sendmsg(left[:PARTS_MAX]))

    def receive(self) -> object:
        """What the other end sent next; waits. Raises EOFError where it was closed, OSError as `send`."""
        head = bytearray(HEAD.size)
        self._fill([head])
        (count,) = HEAD.unpack(head)
        lengths = bytearray(8 * count)
        self._fill([lengths])
        parts = [bytearray(length) for length in struct.unpack(f"<{count}Q", lengths)]
        self._fill(parts)
        return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301  see the module: our own child or parent

    def _fill(self, parts: Sequence[bytearray]) -> None:
        left = [memoryview(part) for part in parts if part]
        while left:
            came = self._end.recvmsg_into(left[:PARTS_MAX], 0, MSG_WAITALL)[0]
            if not came:
                raise EOFError
            left = _rest(left, came)

    def close(self) -> None:
        """No more of it; the other end reads EOFError."""
        self._end.close()


def _rest(parts: list[memoryview], done: int) -> list[memoryview]:
    """What is left of parts when so many octets of them are done."""
    whole = 0
    while whole < len(parts) and done >= len(parts[whole]):
        done -= len(parts[whole])
        whole += 1
    return [part[done:] for part in parts[whole : whole + 1]] + parts[whole + 1 :]
