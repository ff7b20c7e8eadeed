"""Keys as files: one private key and one certificate for each status, readable by nobody else."""

import os
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tocsin.errors import SiteError

STATUSES: tuple[str, ...] = ("Actual", "Exercise", "Test")
DAYS = 730
UNIT = "tocsin "  # what a certificate of ours says in OU before the status it is for
PRIVATE = 0o077  # bits of others that a key file may not have


@dataclass(frozen=True, slots=True)
class Key:
    """What signs documents of one status, and the certificate by which they are known."""

    status: str
    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate: what two people compare on the telephone."""
        return fingerprint(self.certificate)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def paths(folder: Path, status: str) -> tuple[Path, Path]:
    """Where the private key and the certificate of a status lie."""
    return folder / f"{status.lower()}.key.pem", folder / f"{status.lower()}.cert.pem"


def new(folder: Path, status: str, name: str, now: datetime, days: int = DAYS) -> Key:
    """Make a key for one status, with a certificate that it signs itself. An old one is never overwritten."""
    if status not in STATUSES:
        raise SiteError(f"a key is for one of {', '.join(STATUSES)}, not for {status!r}")
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, UNIT + status),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    plain = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_path, certificate_path = paths(folder, status)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (key_path, certificate_path):
        if path.exists():
            raise SiteError(f"{path} is there already: move it away first, and keep it as long as its documents count")
    _write(key_path, plain, 0o600)
    _write(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return Key(status, private, certificate)


def load(folder: Path, status: str) -> Key:
    """The key of a status. Raises SiteError where it is missing, open to others, of another kind or another status."""
    key_path, certificate_path = paths(folder, status)
    try:
        mode = key_path.lstat().st_mode
        if not stat.S_ISREG(mode) or mode & PRIVATE:
            raise SiteError(f"{key_path} must be a plain file that only its owner reads: chmod 600 {key_path}")
        private = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    except OSError as error:
        raise SiteError(f"no {status} key: {error}. Make one: tocsin key new {status.lower()} {folder}") from error
    except (ValueError, TypeError) as error:
        raise SiteError(f"{key_path} or its certificate is no PEM file without a password: {error}") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise SiteError(f"{key_path} is no key on P-256; make one: tocsin key new {status.lower()} {folder}")
    if private.public_key() != certificate.public_key():
        raise SiteError(f"{certificate_path} is not the certificate of {key_path}: put the right one there")
    if (bound := status_of(certificate)) not in (status, ""):
        raise SiteError(f"{certificate_path} is for {bound}, not for {status}: keys of one status serve no other")
    return Key(status, private, certificate)


def status_of(certificate: x509.Certificate) -> str:
    """The status that a certificate of ours is bound to; "" of one that says none."""
    for unit in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        text = str(unit.value)
        if text.startswith(UNIT):
            return text.removeprefix(UNIT)
    return ""


def _write(path: Path, data: bytes, mode: int) -> None:
    """Never there with a wider mode, not even for a moment."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
