"""The one encoding of messages: MessagePack by msgspec, arrays as raw little-endian bytes, versioned.

Every body in the ledger is `encode(message)`; its entry carries `kind(message)` and FORMAT. A body is never rewritten:
a later tocsin that changes a noun adds a format and keeps reading this one. Encoding is deterministic: the same
message gives the same bytes, which the hash chain and replay rely on.
"""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np

from tocsin.errors import InputError
from tocsin.messages import Alert, Answer, Health, Notice, Order, Picture, Refusal, Scan, Statement, Step, Tick, freeze
from tocsin.settings import Alerting, Settings

FORMAT = 1
_ARRAY = 1  # MessagePack extension code: one byte of dimensions, dtype as "<f8", then each length as u32, then the data

KINDS: Mapping[str, type] = MappingProxyType(
    {
        "scan": Scan,
        "tick": Tick,
        "order": Order,
        "answer": Answer,
        # Two nouns are filed under two kinds each: what `advance` decided (named last), and what else was said. A
        # replay computes the first again, and must not look for the second.
        "alarm": Notice,  # of delivery: a channel that fails, a document that could not be made
        "notice": Notice,
        "minute": Statement,  # what the minute target says
        "picture": Picture,
        "health": Health,
        "alert": Alert,
        "statement": Statement,
        "refusal": Refusal,
        "step": Step,
    }
)
_NAMES = {noun: name for name, noun in KINDS.items()}


def _to_wire(value: object) -> object:
    if isinstance(value, np.ndarray):
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        head = bytes([little.ndim]) + little.dtype.str.encode().ljust(4)
        shape = b"".join(length.to_bytes(4, "little") for length in little.shape)
        return msgspec.msgpack.Ext(_ARRAY, head + shape + little.tobytes())
    if isinstance(value, MappingProxyType):
        return dict(value)
    message = f"wire: {type(value).__name__} is no part of a message; use numbers, words, arrays and the nouns"
    raise NotImplementedError(message)


def _array(data: memoryview) -> np.ndarray[Any, np.dtype[Any]]:
    dimensions = data[0]
    dtype = np.dtype(bytes(data[1:5]).decode().strip())
    start = 5 + 4 * dimensions
    shape = tuple(int.from_bytes(data[at : at + 4], "little") for at in range(5, start, 4))
    # a copy, in native order and aligned: kernels must not meet a foreign or unaligned buffer
    array = np.frombuffer(data[start:], dtype).reshape(shape).astype(dtype.newbyteorder("="))
    array.setflags(write=False)
    return array


def _from_wire(code: int, data: memoryview) -> object:
    if code == _ARRAY:
        return _array(data)
    message = f"wire: unknown extension {code}; this ledger is newer than this tocsin"
    raise ValueError(message)


def _as_array(_expected: type, value: object) -> object:
    return value  # arrays arrive decoded by _from_wire; msgspec asks once more because it does not know their type


_encoder = msgspec.msgpack.Encoder(enc_hook=_to_wire, order="deterministic")
_decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
    name: msgspec.msgpack.Decoder(noun, ext_hook=_from_wire, dec_hook=_as_array) for name, noun in KINDS.items()
}


def kind(message: object) -> str:
    """The name under which the ledger files a message."""
    return _NAMES[type(message)]


def encode(message: object) -> bytes:
    """A message as bytes, always the same bytes for the same message."""
    return _encoder.encode(message)


def decode(name: str, fmt: int, body: bytes) -> Any:  # noqa: ANN401  the type follows from the name
    """The message of kind `name` that `encode` made. Raises InputError when it cannot be one."""
    if fmt > FORMAT or name not in _decoders:
        message = (
            f"wire: format {fmt} of {name!r} is unknown here (this tocsin reads 1 to {FORMAT}): install a newer one"
        )
        raise InputError(message)
    try:
        decoded = _decoders[name].decode(body)
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        message = f"wire: this is no {name} of format {fmt}: {error}"
        raise InputError(message) from error
    if isinstance(decoded, Scan | Picture):
        freeze(decoded)
    return decoded


_settings_decoder = msgspec.msgpack.Decoder(Settings)


def encode_settings(settings: Settings) -> bytes:
    """Settings as bytes: they are state, so dumps and digests hold them."""
    return encode(settings)


def decode_settings(body: bytes) -> Settings:
    """The settings that `encode_settings` wrote."""
    return _settings_decoder.decode(body)


def rules_digest(rules: Alerting) -> str:
    """SHA-256 of the rules of alerting: of what they say, so that two files which say the same are the same."""
    return sha256(encode(rules)).hexdigest()
