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
    "verify": "recompute the evidence chain and name the first broken entry",
    "backup": "copy a running system's ledger",
    "restore": "put a backup back, verified",
}
USAGE_ERROR = 2
INTERRUPTED = 130


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
    except TocsinError as error:
        print(f"tocsin {name}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        if error.filename is None:
            raise
        print(f"tocsin {name}: {error.filename}: {error.strerror}; give another path or mend this one", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
