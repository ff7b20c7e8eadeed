"""`tocsin simulate`: a night that never was, as tables."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.cli import add_reading
from tocsin.cli.progress import Progress
from tocsin.errors import InputError

if TYPE_CHECKING:
    from tocsin.simulate.scenario import Scenario

EXAMPLE = "tocsin simulate demo-night -o night"
PARTS = 1000


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("scenario", nargs="?", help="a scenario file, or the name of one that comes with tocsin")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--seed", type=int, help="another night of the same scenario")
    real = parser.add_argument_group("half-real nights: flights that really were, seen by simulated sensors")
    real.add_argument("--half-real", type=Path, nargs="+", metavar="RECORDING", help="tables, Beast, ...; or a folder")
    real.add_argument("--strip", type=float, default=0.0, metavar="SHARE", help="so many say not who they are (0 to 1)")
    real.add_argument("--place-weeks", type=float, default=100.0, help="virtual places times weeks (100)")
    real.add_argument("--ring", type=float, default=5_000.0, metavar="M", help="the ring of a virtual place (5000)")
    real.add_argument("--radars", type=int, default=6, help="so many, where the traffic is (6)")
    add_reading(real)


def run(arguments: Namespace) -> int:
    """0: written."""
    from tocsin.simulate import tables

    scenario = _scenario(arguments)
    with Progress("simulating") as progress:
        written = tables.write(
            scenario, arguments.output, arguments.seed, lambda share: progress(round(share * PARTS), PARTS)
        )
    print(f"{written.detections} detections and {written.truth} rows of truth")
    for path in written.files:
        print(path)
    return 0


def _scenario(arguments: Namespace) -> "Scenario":
    if arguments.half_real is not None:
        from tocsin.cli.half_real.recording import scenario

        return scenario(arguments)
    if arguments.scenario is None:
        raise InputError("name a scenario, or give recordings by --half-real")
    from tocsin.cli.scenarios import load

    return load(arguments.scenario)[1]
