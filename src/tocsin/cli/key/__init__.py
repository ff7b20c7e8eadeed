"""`tocsin key`: make the keys that sign documents, show them, and judge a signed document."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.delivery.signing import Key

EXAMPLE = "tocsin key new exercise keys --name 'Region East'"
BAD = 1


def configure(parser: ArgumentParser) -> None:
    """The arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    new = parts.add_parser("new", help="a key for one status, and its certificate")
    new.add_argument("status", choices=("actual", "exercise", "test"))
    new.add_argument("folder", type=Path, help="where keys lie: [cap] keys of the site file")
    new.add_argument("--name", default="tocsin", help="whose key it is: the certificate says it")
    new.add_argument("--days", type=int, default=730, help="how long it counts")
    show = parts.add_parser("show", help="the keys of a folder: status, fingerprint, from when until when")
    show.add_argument("folder", type=Path)
    check = parts.add_parser("check", help="is a signed document whole, and by whom?")
    check.add_argument("document", type=Path, help="a CAP file as it was sent")
    check.add_argument("--trusted", type=Path, required=True, help="a TOML file of [[certificate]], or one PEM file")
    check.add_argument("--status", default="Actual", choices=("Actual", "Exercise", "Test"), help="of the PEM file")


def run(arguments: Namespace) -> int:
    """0: done. 1: the document does not count; it is said why."""
    return {"new": _new, "show": _show, "check": _check}[arguments.part](arguments)


def _new(arguments: Namespace) -> int:
    from tocsin.delivery import signing

    key = signing.new(arguments.folder, arguments.status.capitalize(), arguments.name, _now(), arguments.days)
    print(_line(key))
    print(f"give {signing.paths(arguments.folder, key.status)[1]} to who receives, and read them the fingerprint")
    return 0


def _show(arguments: Namespace) -> int:
    from tocsin.delivery import signing

    found = [status for status in signing.STATUSES if signing.paths(arguments.folder, status)[0].exists()]
    for status in found:
        print(_line(signing.load(arguments.folder, status)))
    if not found:
        print(f"no keys in {arguments.folder}; make one: tocsin key new exercise {arguments.folder}")
    return 0


def _check(arguments: Namespace) -> int:
    from cryptography.x509 import load_pem_x509_certificate

    from tocsin.delivery import signing

    path = arguments.trusted
    if path.suffix == ".toml":
        trusted = signing.read(path)
    else:
        trusted = (signing.Trusted(load_pem_x509_certificate(path.read_bytes()), arguments.status),)
    found = signing.faults(arguments.document.read_bytes(), trusted)
    print("\n".join(found) if found else f"{arguments.document}: whole, signed by who is trusted here")
    return BAD if found else 0


def _line(key: "Key") -> str:
    certificate = key.certificate
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    who = certificate.subject.rfc4514_string()
    return f"{key.status:9}{key.fingerprint}  {first:%Y-%m-%d} to {last:%Y-%m-%d}  {who}"


def _now() -> datetime:
    from tocsin.live.clock import UtcClock

    return datetime.fromtimestamp(UtcClock().now_ns() // 1_000_000_000, UTC)
