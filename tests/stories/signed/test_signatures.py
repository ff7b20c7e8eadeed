"""An independent verifier (xmlsec1) takes what tocsin signed, and refuses what somebody changed."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.programs.debian import environment, program
from tests.said.mutations import bit, byte, canonical, digit, moved, mutations, originals, stranger, word, wrapped
from tests.said.statements import key
from tocsin.delivery import signing

EACH = 4


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the verifier trusts, as arguments."""
    folder, found = tmp_path_factory.mktemp("trusted"), []
    for status in signing.STATUSES:
        path = folder / f"{status}.pem"
        path.write_bytes(key(status).certificate.public_bytes(Encoding.PEM))
        found += ["--trusted-pem", str(path)]
    return found


def takes(document: bytes, path: Path, certificates: list[str]) -> bool:
    path.write_bytes(document)
    command = [str(program("xmlsec1", "xmlsec1")), "--verify", "--enabled-key-data", "x509", *certificates, str(path)]
    return subprocess.run(command, env=environment("xmlsec1"), check=False, capture_output=True).returncode == 0


def test_xmlsec1_takes_every_kind_of_document_that_tocsin_signs(tmp_path: Path, certificates: list[str]) -> None:
    for number, document in enumerate(originals()):
        assert takes(document, tmp_path / f"{number}.xml", certificates)


def test_xmlsec1_refuses_what_somebody_changed(tmp_path: Path, certificates: list[str]) -> None:
    kinds = dict.fromkeys((one.__name__ for one in (bit, byte, digit, word, moved, wrapped, stranger)), 0)
    for kind, original, changed in mutations(1_000, seed=3):
        if kind not in kinds or kinds[kind] >= EACH:
            continue
        if kind != "stranger" and canonical(changed) == canonical(original):
            continue  # another way to write the same: XML-DSig takes it by design, tocsin does not
        kinds[kind] += 1
        assert not takes(changed, tmp_path / f"{kind}{kinds[kind]}.xml", certificates), kind
    assert set(kinds.values()) == {EACH}, "each kind was tried"
