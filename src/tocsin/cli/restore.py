"""`tocsin restore`: put a backup back, after verifying it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

EXAMPLE = "tocsin restore /mnt/backup/tocsin tocsin-ledger"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("backup", type=Path, help="the backup's folder")
    parser.add_argument("ledger", type=Path, help="where to; must not hold a ledger")
    parser.add_argument("--head", type=Path, help="a file of heads that were copied outside, one a line")


def run(arguments: Namespace) -> int:
    """0: restored."""
    from tocsin.ledger import backup, verify

    heads = verify.read_heads(arguments.head) if arguments.head else ()
    print("\n".join(backup.restore(arguments.backup, arguments.ledger, heads).lines()))
    return 0
