"""Standing orders: is there one in force for what leaves no time to ask, and does it end soon?"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tocsin.cli.doctor.finding import BROKEN, WEAK, WELL, Finding
from tocsin.errors import TocsinError
from tocsin.site import Site

SIGN = "a supervisor signs one on the page, and another person countersigns it: docs/how-to/alerts.md"
SOON_S = 24 * 3600.0


def standing(site: Site, folder: Path, now_ns: int) -> Iterator[Finding]:
    """As the ledger's last state knows them; they are given on the page, not in the site file."""
    if not site.settings.places or site.delivery.instance == "off":
        return
    if not (folder / "ledger.sqlite").exists():
        yield Finding(BROKEN, "standing orders", "none: no watch has begun here yet", SIGN)
        return
    from tocsin.ledger.reader import Reader
    from tocsin.pipeline import State, desk

    try:
        with closing(Reader(folder)) as reader:
            dump = reader.last_dump_before(2**62)
        if dump is None or dump.body is None:
            yield Finding(BROKEN, "standing orders", "none: no watch has begun here yet", SIGN)
            return
        seen = desk(State.load(dump.body))
    except TocsinError as error:
        yield Finding(WEAK, "standing orders", f"cannot be looked up: {error}", "start tocsin serve, then ask again")
        return
    for one in seen.missing:
        text = f"no order in force covers {', '.join(one.classes)}: two people would be asked while nobody has the time"
        yield Finding(BROKEN, f"place {one.place!r}", text, SIGN)
    for order in seen.standing:
        if order.state != "in force":
            continue
        left_s = (order.until_ns - now_ns) / 1e9
        ends = f"ends on {datetime.fromtimestamp(order.until_ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC"
        yield Finding(
            WEAK if left_s < SOON_S else WELL,
            f"standing order {order.name!r}",
            f"{ends}, signed by {' and '.join(order.signers)}",
            SIGN if left_s < SOON_S else "",
        )
