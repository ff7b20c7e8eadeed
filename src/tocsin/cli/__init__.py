"""The commands: one file each, which parses arguments, wires parts and does nothing else.

`tocsin --help` must answer at once, so that this module imports only what it needs to list the commands.
"""

import argparse
import sys
from importlib import import_module
from types import ModuleType

# name: what it does. The module of the same name holds `configure(parser)` and `run(arguments) -> exit code`.
COMMANDS = {
    "demo": "a simulated night on the live map: the newcomer's first minute",
    "serve": "live: the feeds of a site file become one picture on a map",
    "replay": "play a recording or a ledger on the same map, at any speed",
    "track": "a table of detections becomes a table of tracks",
    "simulate": "a scenario becomes tables of detections, truth, sensors and places",
    "score": "tracks against truth: GOSPA, SIAP, consistency, one page with plots",
    "nights": "many nights at once: simulated, tracked, scored, on all cores or on a cluster",
    "thresholds": "rules on many nights: missed against false against lead time, to choose with open eyes",
    "doctor": "check a site file and its machine, and say what to mend",
    "verify": "recompute the evidence chain and name the first broken entry",
    "key": "make the keys that sign what is said, show them, and judge a signed document",
    "backup": "copy a running system's ledger",
    "restore": "put a backup back, verified",
}
USAGE_ERROR = 2
UNUSABLE = (FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError)  # paths
INTERRUPTED = 130
PORT_MAX = 65_535
START = "when it began (ISO 8601), for files that do not say"
SPEED_MIN, SPEED_MAX = 0.25, 60.0  # as live.playback, which is too heavy to import for `--help`


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit with its code: 0 done, 1 found something wrong, 2 cannot be done as asked."""
    sys.exit(_run(sys.argv[1:] if argv is None else argv))


def _run(argv: list[str]) -> int:
    if argv and argv[0] in COMMANDS:
        return _command(argv[0], argv[1:])
    if argv and argv[0] in ("-V", "--version"):
        from tocsin import __version__

        print(f"tocsin {__version__}")
        return 0
    parser = argparse.ArgumentParser(prog="tocsin", description="Open air surveillance and early warning.")
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    listed = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        listed.add_parser(name, help=help_text, add_help=False)
    parser.parse_args(argv)  # prints help or a teaching error, and exits
    parser.print_help()
    return USAGE_ERROR


def _command(name: str, argv: list[str]) -> int:
    module: ModuleType = import_module(f"tocsin.cli.{name}")
    example = module.EXAMPLE
    parser = argparse.ArgumentParser(
        prog=f"tocsin {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    arguments = parser.parse_args(argv)
    from tocsin.errors import TocsinError
    from tocsin.live.warm import use_cache

    use_cache()  # before anything imports numba
    try:
        return int(module.run(arguments))
    except (TocsinError, *UNUSABLE) as error:
        print(f"tocsin {name}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def port(text: str) -> int:
    """A port of this machine."""
    if not text.isdecimal() or not 1 <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to {PORT_MAX}")
    return int(text)


def speed(text: str) -> float:
    """How many recorded seconds pass in a real one."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SPEED_MIN <= value <= SPEED_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; give a number from {SPEED_MIN:g} to {SPEED_MAX:g}")
    return value


def add_reading(parser: argparse._ActionsContainer) -> None:
    """How a recording is read, where its own bytes do not say."""
    parser.add_argument("--format", default="", help="what it is, when its content does not show it")
    parser.add_argument("--framing", default="", help="stream, final, lengths16, lengths16le, lengths32, lengths32le")
    parser.add_argument("--start", dest="start_ns", type=moment_ns, metavar="TIME", help=START)


def moment_ns(text: str) -> int:
    """A time of day and date, ISO 8601, as nanoseconds UTC."""
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2031-02-11T01:40:00Z") from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e9)
