"""The feeds of others that a site declares under [[cap.other]], ready to be polled."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography import x509

from tocsin.delivery import signing
from tocsin.errors import SiteError
from tocsin.live.others.poller import Other, Others, Poller, client, fetching
from tocsin.messages import Notice
from tocsin.site.tables import CapTable, OtherTable


def others(table: CapTable, now_ns: Callable[[], int], show: Callable[[Notice], Awaitable[object]]) -> Others:
    """Pollers of all declared feeds. Raises SiteError where a certificate file cannot be used."""
    made = []
    for one in table.other:
        other = Other(one.name, one.url, one.period_s, one.certificates, _trusted(one))
        made.append(Poller(other, fetching(client(one.certificates)), now_ns, show))
    return Others(tuple(made))


def _trusted(table: OtherTable) -> tuple[x509.Certificate, ...]:
    if not table.trusted:
        return ()
    path = Path(table.trusted)
    if path.suffix == ".toml":
        return tuple(one.certificate for one in signing.read(path) if not one.revoked)
    try:
        return signing.certificates(path.read_bytes())
    except OSError as error:
        raise SiteError(f"{path}: cannot be read: {error}; give a PEM file of who signs {table.name}") from error
