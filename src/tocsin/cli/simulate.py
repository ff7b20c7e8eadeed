"""`tocsin simulate`: a night that never was, as tables."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tocsin.cli.progress import Progress

EXAMPLE = "tocsin simulate demo-night -o night"
PARTS = 1000


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("scenario", help="a scenario file, or the name of one that comes with tocsin")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--seed", type=int, help="another night of the same scenario")


def run(arguments: Namespace) -> int:
    """0: written."""
    from tocsin.cli.scenarios import load
    from tocsin.simulate import tables

    _, scenario = load(arguments.scenario)
    with Progress("simulating") as progress:
        written = tables.write(
            scenario, arguments.output, arguments.seed, lambda share: progress(round(share * PARTS), PARTS)
        )
    print(f"{written.detections} detections and {written.truth} rows of truth")
    for path in written.files:
        print(path)
    return 0
