"""`tocsin demo`: a simulated night on the live map."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tocsin.cli import port, speed

if TYPE_CHECKING:
    from tocsin.live.service import Recording
    from tocsin.server.station import Scenes
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
    if arguments.ledger is not None:
        return _nights(arguments, arguments.ledger)
    with TemporaryDirectory(prefix="tocsin-demo-") as folder:
        return _nights(arguments, Path(folder))


def _nights(arguments: Namespace, folder: Path) -> int:
    """One night after another, under one address, for as long as somebody at the screen begins another."""
    from tocsin.live.service import run
    from tocsin.server.access.roles import Role

    people: dict[str, Role] = {"ann": Role.SUPERVISOR, "ben": Role.OPERATOR}
    wished: list[tuple[str, int | None]] = [(arguments.scenario, arguments.seed)]
    server = None
    for number in count(1):
        name, seed = wished.pop()
        site, recording = _night(name, seed, arguments)
        server = site.server if server is None else server
        ledger = folder if number == 1 else folder / f"night-{number}"
        site = _exercise(replace(site, server=server), ledger, recording.span.start_ns)
        scenes = partial(_scenes, Path(name).stem, wished)
        code = run(site, folder=folder, recording=recording, people=people, ledger=ledger, scenes=scenes)
        if not wished or code != 0:
            return code
        people = {}  # they have their sessions
    return 0


def _scenes(now: str, wished: list[tuple[str, int | None]], end: Callable[[], None]) -> "Scenes":
    """What may be begun after this night; `end` ends it."""
    from tocsin.cli import scenarios
    from tocsin.errors import SiteError
    from tocsin.server.station import Scenes

    def begin(name: str, seed: int | None) -> None:
        ours = scenarios.ours()
        if name not in ours:
            raise SiteError(f"no scenario is called {name!r}; these come with tocsin: {', '.join(ours)}")
        scenarios.load(name)  # what is wrong with it is said to who asks, and this night goes on
        wished[:] = [(name, seed)]
        end()

    return Scenes(now, scenarios.listed, begin)


def _night(name: str, seed: int | None, arguments: Namespace) -> "tuple[Site, Recording]":
    """The site of a scenario, and what it plays."""
    from tocsin.cli.scenarios import load
    from tocsin.live.playback import Span
    from tocsin.live.service import Recording
    from tocsin.simulate.carriers import told
    from tocsin.simulate.night import night

    declared, scenario = load(name)
    scenario = replace(scenario, duration_s=scenario.duration_s + AFTER_S)
    server = declared.server
    if arguments.port:
        server = server.model_copy(update={"port": arguments.port})
    site = replace(declared, settings=told(scenario, seed), server=server)
    end_ns = scenario.start_ns + round(scenario.duration_s * 1e9)
    span = Span(scenario.start_ns, end_ns)
    return site, Recording(lambda: night(scenario, seed), span, "demo", arguments.speed)


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
