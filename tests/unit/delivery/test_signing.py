"""Signed documents: one form, one status for a key, rotation and revocation."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests.said.statements import ISSUER, MADE, PLACE, WARNING, key
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.document import document
from tocsin.delivery import signing
from tocsin.errors import DocumentRefused, SiteError

PLAIN = document(WARNING, PLACE, ISSUER, profile.shipped(), [wording.shipped("en")]).data
SIGNED = signing.sign(PLAIN, key("Actual"))
TRUST = signing.trusting(key("Actual"), key("Exercise"), key("Test"))
SENT = datetime(2031, 2, 6, 3, 0, 5, tzinfo=UTC)


def test_what_was_signed_counts() -> None:
    assert signing.faults(SIGNED, TRUST) == []


def test_another_signature_of_the_same_document_counts_too_and_is_another_document() -> None:
    again = signing.sign(PLAIN, key("Actual"))
    assert again != SIGNED
    assert signing.faults(again, TRUST) == []


def test_a_key_of_one_status_signs_no_other() -> None:
    with pytest.raises(DocumentRefused, match="may not be signed by the key for 'Exercise'"):
        signing.sign(PLAIN, key("Exercise"))


def test_an_exercise_key_that_signed_actual_all_the_same_is_refused_by_who_verifies() -> None:
    lying = replace(key("Exercise"), status="Actual")
    assert "signed by a key for 'Exercise'" in signing.faults(signing.sign(PLAIN, lying), TRUST)[0]


def test_a_trust_list_that_calls_an_exercise_key_actual_is_refused_by_the_certificate() -> None:
    lying = replace(key("Exercise"), status="Actual")
    trust = [signing.Trusted(lying.certificate, "Actual")]
    assert "signed by a key for 'Actual'" in signing.faults(signing.sign(PLAIN, lying), trust)[0]


def test_what_was_signed_once_is_never_signed_again() -> None:
    with pytest.raises(DocumentRefused, match="never signed again"):
        signing.sign(SIGNED, key("Actual"))


def test_a_stranger_with_a_good_key_is_refused() -> None:
    assert signing.faults(signing.sign(PLAIN, key("Actual", "stranger")), TRUST) == [
        "it is signed by nobody who is trusted here"
    ]


def test_rotation_two_keys_count_each_in_its_time() -> None:
    old, new = (key("Actual", name).certificate for name in ("old", "new"))
    change = datetime(2031, 2, 1, tzinfo=UTC)
    trust = [signing.Trusted(old, "Actual", MADE, change), signing.Trusted(new, "Actual", change)]
    assert signing.faults(signing.sign(PLAIN, key("Actual", "new")), trust) == []
    assert "its key counts from" in signing.faults(signing.sign(PLAIN, key("Actual", "old")), trust)[0]


def test_revocation_nothing_counts_that_a_lost_key_signed_whatever_time_it_claims() -> None:
    trust = [signing.Trusted(key("Actual").certificate, "Actual", revoked=True)]
    assert "is revoked" in signing.faults(SIGNED, trust)[0]


def test_a_key_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    signing.new(tmp_path, "Test", "region", MADE)
    assert signing.load(tmp_path, "Test").status == "Test"
    (tmp_path / "test.key.pem").chmod(0o640)
    with pytest.raises(SiteError, match="chmod 600"):
        signing.load(tmp_path, "Test")


def test_a_key_is_never_overwritten_nor_used_for_another_status(tmp_path: Path) -> None:
    signing.new(tmp_path, "Exercise", "region", MADE)
    with pytest.raises(SiteError, match="is there already"):
        signing.new(tmp_path, "Exercise", "region", MADE)
    for kind in ("key", "cert"):
        (tmp_path / f"exercise.{kind}.pem").rename(tmp_path / f"actual.{kind}.pem")
    with pytest.raises(SiteError, match="is for Exercise, not for Actual"):
        signing.load(tmp_path, "Actual")


def issued(folder: Path, curve: ec.EllipticCurve) -> None:
    """A key whose certificate an authority gave."""
    authority, private = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(curve)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "region")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the state")]))
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(MADE)
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(authority, hashes.SHA256())
    )
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "actual.key.pem").write_bytes(plain)
    (folder / "actual.key.pem").chmod(0o600)
    (folder / "actual.cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def test_a_certificate_that_an_authority_gave_serves_as_well(tmp_path: Path) -> None:
    issued(tmp_path, ec.SECP256R1())
    held = signing.load(tmp_path, "Actual")
    signed = signing.sign(PLAIN, held)
    assert signing.faults(signed, [signing.Trusted(held.certificate, "Actual")]) == []
    assert (
        "signed by a key for 'Exercise'" in signing.faults(signed, [signing.Trusted(held.certificate, "Exercise")])[0]
    )


def test_a_key_on_another_curve_is_refused(tmp_path: Path) -> None:
    issued(tmp_path, ec.SECP384R1())
    with pytest.raises(SiteError, match="no key on P-256"):
        signing.load(tmp_path, "Actual")


def test_one_key_for_two_statuses_is_refused_in_a_trust_list(tmp_path: Path) -> None:
    issued(tmp_path, ec.SECP256R1())
    rows = "".join(f'[[certificate]]\npem = "actual.cert.pem"\nstatus = "{one}"\n' for one in ("Actual", "Exercise"))
    (tmp_path / "trusted.toml").write_text(rows)
    with pytest.raises(SiteError, match="stands for Actual and Exercise"):
        signing.read(tmp_path / "trusted.toml")


@given(st.data())
def test_no_status_crosses_whatever_key_and_trust_are_mixed(data: st.DataObject) -> None:
    """What counts was signed by a key of its own status, which is trusted for that status."""
    told, of, claimed, believed = (data.draw(st.sampled_from(signing.STATUSES)) for _ in range(4))
    body = PLAIN.replace(b"<status>Actual", f"<status>{told}".encode())
    try:
        signed = signing.sign(body, replace(key(of), status=claimed))
    except DocumentRefused:
        assert told != claimed
        return
    counts = signing.faults(signed, [signing.Trusted(key(of).certificate, believed)]) == []
    assert counts == (told == of == believed)
