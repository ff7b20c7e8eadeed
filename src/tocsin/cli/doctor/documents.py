"""Documents: words in every language, keys, the profile, areas that may be warned of."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tocsin.cli.doctor.finding import BROKEN, WEAK, WELL, Finding
from tocsin.live.documents.office import faults
from tocsin.site import Site


def documents(site: Site, now_ns: int) -> Iterator[Finding]:
    """What would keep a released statement from becoming a signed document that people understand."""
    found = list(faults(site, datetime.fromtimestamp(now_ns / 1e9, UTC)))
    for broken, text, mend in found:
        yield Finding(BROKEN if broken else WEAK, "documents", text, mend)
    if not found and site.cap.sender:
        yield Finding(WELL, "documents", f"{len(site.cap.languages)} languages, keys and areas are in order")
