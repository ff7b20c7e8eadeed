"""What became of a statement on each channel, from the ledger: what waits, what was received, what was read back."""

from collections.abc import Mapping

from tocsin.delivery import kept
from tocsin.geo.units import SECOND_NS
from tocsin.ledger.reader import Reader

_ROWS = "SELECT key, entry, channel, settled FROM outbox WHERE key >= ? AND key < ? ORDER BY key"
READ_BACK = "read back"  # what a channel's answer says where our own words were found at the other side


def receipts_of(reader: Reader, identifier: str) -> list[Mapping[str, object]]:
    """A row for each channel that a statement goes to; empty where it goes nowhere. Slow: called in a thread."""
    found: list[Mapping[str, object]] = []
    for key, said, channel, settled in reader.ask(_ROWS, f"{identifier}/", f"{identifier}0"):  # "0" comes after "/"
        row: dict[str, object] = {"key": key, "channel": channel, "statement_entry": said, "outcome": "waiting"}
        entry = reader.entry(settled) if settled else None
        if entry is not None and entry.body is not None:
            receipt = kept.receipt(entry.format, entry.body)
            row |= {
                "outcome": receipt.outcome,
                "detail": receipt.detail,
                "read_back": READ_BACK in receipt.detail,
                "attempts": receipt.attempts,
                "time": receipt.time_ns / SECOND_NS,
                "released": _seconds(receipt.released_ns),
                "document": _seconds(receipt.document_ns),
                "sent": _seconds(receipt.sent_ns),
                "received": _seconds(receipt.received_ns),
                "receipt_entry": settled,
            }
        found.append(row)
    return found


def _seconds(time_ns: int) -> float | None:
    return time_ns / SECOND_NS if time_ns else None
