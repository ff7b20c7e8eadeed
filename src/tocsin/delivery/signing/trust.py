"""Whose signature counts, for what, from when until when. Rotation is two lines that overlap, revocation a word."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.delivery.signing.keys import STATUSES, Key, fingerprint, status_of
from tocsin.errors import SiteError

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trusted:
    """One certificate: documents of `status` that were sent from `since` until `until` count.

    `revoked`: the key was lost or stolen. Nothing that it signed counts, whatever time it claims: a thief writes any.
    """

    certificate: x509.Certificate
    status: str
    since: datetime = EARLIEST
    until: datetime = LATEST
    revoked: bool = False


def trusting(*keys: Key) -> tuple[Trusted, ...]:
    """One's own keys, for as long as their certificates last."""
    return tuple(
        Trusted(key.certificate, key.status, key.certificate.not_valid_before_utc, key.certificate.not_valid_after_utc)
        for key in keys
    )


def read(path: Path) -> tuple[Trusted, ...]:
    """A TOML file of [[certificate]] with pem, status, and where wanted since, until, revoked. Raises SiteError."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["certificate"]
        found = tuple(_row(row, path.parent) for row in rows)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        message = f'{path}: {error!r}; expected [[certificate]] with pem = "file" and status = "Actual"'
        raise SiteError(message) from error
    if problems := clashes(found):
        raise SiteError(f"{path}: {'; '.join(problems)}")
    return found


def clashes(trusted: Sequence[Trusted]) -> list[str]:
    """One public key that stands for two statuses would make an exercise what it is not."""
    statuses: dict[bytes, str] = {}
    found = []
    for one in trusted:
        public = point(one.certificate)
        if statuses.setdefault(public, one.status) != one.status:
            found.append(f"{fingerprint(one.certificate)[:16]} stands for {statuses[public]} and {one.status}")
    return found


def point(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate as bytes."""
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise ValueError("a certificate is no key on P-256")  # noqa: TRY004  its value is what is wrong
    numbers = public.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _row(row: dict[str, object], folder: Path) -> Trusted:
    unknown = set(row) - {"pem", "status", "since", "until", "revoked"}
    status, since, until = row["status"], row.get("since", EARLIEST), row.get("until", LATEST)
    if unknown or status not in STATUSES or not isinstance(row.get("revoked", False), bool):
        raise ValueError(f"{row}: expected pem, status (one of {', '.join(STATUSES)}), since, until, revoked = true")
    if not isinstance(since, datetime) or not isinstance(until, datetime) or None in (since.tzinfo, until.tzinfo):
        raise ValueError(f"since = {since}, until = {until}: write times with an offset, 2031-02-11T01:40:00Z")
    certificate = x509.load_pem_x509_certificate((folder / str(row["pem"])).read_bytes())
    point(certificate)
    if (bound := status_of(certificate)) not in ("", status):
        raise ValueError(f"{row['pem']} is bound to {bound} and may not be trusted for {status}")
    return Trusted(certificate, str(status), since, until, bool(row.get("revoked", False)))
