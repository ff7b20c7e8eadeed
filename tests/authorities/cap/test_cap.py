"""The OASIS schema takes ours, our rules take the official good examples, and refuse what the schema lets pass."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.said.statements import ALL, ISSUER, PLACE, key
from tocsin.alerts import wording
from tocsin.alerts.cap import profile, reading, rules, tree
from tocsin.alerts.cap.document import document
from tocsin.delivery import atom, signing

GOOD = (
    "australia.cap",
    "canada.cap",
    "canada_signed.cap",
    "earthquake-iso8859-1.cap",
    "wcatwc-warning.cap",
    "earthquake.cap",
    "no_optional_fields.cap",
    "weather.cap",
)
FAULTY = {
    "canada_errors.cap": "msgType Update needs references",
    "noaa_errors.cap": "references '': it is empty",
    "invalid.cap": "alert has no scope",
}
LANGUAGES = [wording.shipped(language) for language in wording.LANGUAGES]


@pytest.fixture(scope="module")
def schemas(authorities: Path) -> Callable[[str, bytes], bool]:
    """Does a schema of OASIS take a document?"""

    def takes(name: str, data: bytes) -> bool:
        schema = etree.XMLSchema(etree.parse(authorities / "cap/schema" / name))
        return bool(schema.validate(etree.fromstring(data)))

    return takes


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("schema", ["cap12.xsd", "cap12_extended.xsd"])
def test_the_schema_takes_every_document_signed_or_not(
    schemas: Callable[[str, bytes], bool], name: str, schema: str
) -> None:
    plain = document(ALL[name], PLACE, ISSUER, profile.shipped(), LANGUAGES)
    assert schemas(schema, plain.data)
    assert schemas(schema, signing.sign(plain.data, key(plain.status)))


@pytest.mark.parametrize("name", GOOD)
def test_our_rules_find_no_fault_with_the_official_good_examples(authorities: Path, name: str) -> None:
    assert rules.faults(tree.parse((authorities / "cap/testdata" / name).read_bytes())) == []


@pytest.mark.parametrize("name", FAULTY)
def test_our_rules_find_the_fault_of_the_official_bad_examples(authorities: Path, name: str) -> None:
    data = (authorities / "cap/testdata" / name).read_bytes()
    assert FAULTY[name] in " ".join(rules.faults(tree.parse(data)))


def test_the_schema_alone_lets_an_update_of_nothing_pass(
    authorities: Path, schemas: Callable[[str, bytes], bool]
) -> None:
    assert schemas("cap12.xsd", (authorities / "cap/testdata/canada_errors.cap").read_bytes())


def test_a_document_that_reaches_for_files_and_the_network_is_refused(authorities: Path) -> None:
    with pytest.raises(ValueError, match="document type"):
        reading.read((authorities / "cap/testdata/xee.cap").read_bytes())


def test_other_authorities_alerts_are_read(authorities: Path) -> None:
    read = {name: reading.read((authorities / "cap/testdata" / name).read_bytes()) for name in GOOD}
    assert read["canada.cap"].said[0].places[0] == "Windsor - Leamington - Essex County"
    assert len(read["canada.cap"].said[0].polygons[0]) == 17
    assert read["australia.cap"].sender == "webmaster@rfs.nsw.gov.au"
    assert read["canada_signed.cap"].signature == "unchecked"
    assert read["wcatwc-warning.cap"].said[0].urgency == "Immediate"
    assert all(one.faults == () for one in read.values())


@pytest.mark.parametrize("name", ["earthquake_signed.cap", "canada_signed.cap"])
def test_a_signature_by_sha_1_counts_for_nothing_whoever_made_it(authorities: Path, name: str) -> None:
    folder = authorities / "cap/testdata"
    trusted = signing.certificates((folder / "naads_x509_cert.pem").read_bytes())
    assert signing.others_faults((folder / name).read_bytes(), trusted) != []


def test_others_feeds_are_read_and_those_that_lie_are_refused(authorities: Path) -> None:
    folder = authorities / "cap/testdata"
    assert len(atom.links((folder / "earthquake_index.atom").read_bytes()) or ()) == 1
    assert len(atom.links((folder / "weather_index.atom").read_bytes()) or ()) > 1
    assert len(atom.links((folder / "ny_index.rss").read_bytes()) or ()) >= 1
    assert atom.links((folder / "empty_weather_index.atom").read_bytes()) == []
    assert atom.links((folder / "canada.cap").read_bytes()) is None
    with pytest.raises(ValueError, match="document type"):
        atom.links((folder / "xee.atom").read_bytes())
