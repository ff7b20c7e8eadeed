"""`tocsin verify`: is the evidence whole, and does thinking again give the same decisions?"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli.progress import Progress

if TYPE_CHECKING:
    from tocsin.ledger.plan import Record
    from tocsin.messages import Entry
    from tocsin.pipeline import State

EXAMPLE = "tocsin verify tocsin-ledger --head heads.txt --replay"
BROKEN = 1


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("ledger", type=Path, help="the ledger's folder; it may be in use")
    parser.add_argument("--head", type=Path, help="a file of heads that were copied outside, one a line")
    parser.add_argument("--replay", action="store_true", help="recompute every step and compare digests and decisions")


def run(arguments: Namespace) -> int:
    """0: whole. 1: something does not fit; the first such entry is named."""
    from tocsin.ledger import verify

    heads = verify.read_heads(arguments.head) if arguments.head else ()
    with Progress("verifying") as progress:
        report = verify.verify(arguments.ledger, heads, progress)
    print("\n".join(report.lines()))
    if not report.whole:
        return BROKEN
    return _replay(arguments.ledger) if arguments.replay else 0


def _replay(folder: Path) -> int:
    from tocsin import wire
    from tocsin.ledger import fingerprint, replay
    from tocsin.live.evidence import step_records
    from tocsin.pipeline import State, advance

    def again(state: "State", entry: "Entry") -> "Sequence[Record]":
        assert entry.body is not None  # noqa: S101  replay stops where an input's body was deleted
        return step_records(advance(state, wire.decode(entry.kind, entry.format, entry.body)))

    with Progress("replaying") as progress:
        report = replay.replay(
            folder, State.load, again, fingerprint.encode(fingerprint.fingerprint()), progress=progress
        )
    print("\n".join(report.lines()))
    return BROKEN if report.fault else 0
