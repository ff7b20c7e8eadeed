"""`tocsin backup`: copy the ledger of a system that may be running."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

EXAMPLE = "tocsin backup tocsin-ledger -o /mnt/backup/tocsin"


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("ledger", type=Path, help="the ledger's folder")
    parser.add_argument("-o", "--output", type=Path, required=True, help="an empty folder, or an older backup of it")


def run(arguments: Namespace) -> int:
    """0: copied."""
    from tocsin.ledger import backup

    print("\n".join(backup.backup(arguments.ledger, arguments.output).lines()))
    return 0
