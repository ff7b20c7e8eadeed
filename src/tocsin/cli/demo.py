"""`tocsin demo`: a simulated night on the live map."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tocsin.cli import port, speed

if TYPE_CHECKING:
    from tocsin.site import Site

EXAMPLE = "tocsin demo --port 8000"
AFTER_S = 1200.0  # a night is played on for so long after its file ends: the all clear waits for quiet


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("scenario", nargs="?", default="demo-night", help="another scenario (default: demo-night)")
    parser.add_argument("--port", type=port, help="where the page is (default: 8000)")
    parser.add_argument("--seed", type=int, help="another night of the same scenario")
    parser.add_argument("--speed", type=speed, default=1.0, help="0.25 to 60 (default: 1)")
    parser.add_argument("--ledger", type=Path, help="keep the evidence here (default: a folder that goes at the end)")


def run(arguments: Namespace) -> int:
    """The service's own exit code."""
    from tocsin.cli.scenarios import load
    from tocsin.live.playback import Span
    from tocsin.live.service import Recording, run
    from tocsin.server.access.roles import Role
    from tocsin.simulate.carriers import told
    from tocsin.simulate.night import night

    declared, scenario = load(arguments.scenario)
    scenario = replace(scenario, duration_s=scenario.duration_s + AFTER_S)
    server = declared.server
    if arguments.port:
        server = server.model_copy(update={"port": arguments.port})
    site = replace(declared, settings=told(scenario, arguments.seed), server=server)
    end_ns = scenario.start_ns + round(scenario.duration_s * 1e9)
    recording = Recording(
        lambda: night(scenario, arguments.seed), Span(scenario.start_ns, end_ns), "demo", arguments.speed
    )
    people = {"ann": Role.SUPERVISOR, "ben": Role.OPERATOR}
    if arguments.ledger is not None:
        return run(
            _exercise(site, arguments.ledger, recording.span.start_ns),
            folder=arguments.ledger,
            recording=recording,
            people=people,
        )
    with TemporaryDirectory(prefix="tocsin-demo-") as folder:
        return run(
            _exercise(site, Path(folder), recording.span.start_ns),
            folder=Path(folder),
            recording=recording,
            people=people,
        )


def _exercise(site: "Site", folder: Path, start_ns: int) -> "Site":
    """The demo warns as an exercise: its CAP documents are signed with a key of its own, and lie in its own feed."""
    from tocsin.delivery import signing
    from tocsin.delivery.declared import Channel, Delivery

    keys = folder / "keys"
    if not (keys / "exercise.key.pem").exists():
        keys.mkdir(parents=True, exist_ok=True)
        made = datetime.fromtimestamp(start_ns // 1_000_000_000, UTC) - timedelta(days=1)  # before the night begins
        signing.new(keys, "Exercise", f"{site.title} (demo)", made)
    feed = Channel("feed", "feed", audience=("public",), status=("exercise",))
    return replace(
        site,
        settings=replace(site.settings, releasing=replace(site.settings.releasing, status="exercise")),
        delivery=Delivery("exercise", (feed,)),
        cap=site.cap.model_copy(update={"sender": "demo@tocsin.invalid", "keys": str(keys)}),
    )
