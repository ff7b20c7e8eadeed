"""How a recording is read, for the commands that take one: what its own bytes do not say."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from tocsin.errors import InputError


def add_reading(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("--format", default="", help="what it is, when its content does not show it")
    parser.add_argument("--framing", default="", help="stream, final, lengths16, lengths16le, lengths32, lengths32le")
    parser.add_argument("--start", help="when it began (ISO 8601), for files that do not say")


def start_ns(arguments: Namespace) -> int | None:
    """`--start` in nanoseconds UTC. Raises InputError when it is no time."""
    if not arguments.start:
        return None
    try:
        moment = datetime.fromisoformat(arguments.start)
    except ValueError as error:
        raise InputError(f"--start {arguments.start}: {error}; write 2031-02-11T01:40:00Z") from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)
