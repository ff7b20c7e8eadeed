"""Other authorities' signatures: any enveloped XML-DSig by a certificate that the site trusts, but nothing by SHA-1."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography import x509
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tocsin.delivery.signing.seal import parse
from tocsin.errors import DocumentRefused, SiteError

_EXPECTED = SignatureConfiguration(location="./", expect_references=1)  # its own lists leave SHA-1 out


def certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file. Raises SiteError where there are none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise SiteError(f"these are no PEM certificates: {error}") from error


def others_faults(document: bytes, trusted: Sequence[x509.Certificate]) -> list[str]:
    """Why nobody who is trusted signed this whole document; nothing where somebody did.

    A certificate counts over its own time and beyond: an alert is read when it comes, by keys that the site chose.
    """
    reasons = []
    for certificate in trusted:
        expected = replace(_EXPECTED, verification_time=certificate.not_valid_before_utc)
        try:
            root = parse(document)
            result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=expected)
        except DocumentRefused as error:
            return [str(error)]
        except (SignXMLException, ValueError, TypeError, LookupError, etree.LxmlError) as error:
            reasons.append(type(error).__name__)
            continue
        told = result.signed_xml if not isinstance(result, list) else None
        if told is not None and told.tag == root.tag and len(told) == len(root) - 1:
            return []
        reasons.append("it covers only a part")
    return [f"no trusted signature ({', '.join(dict.fromkeys(reasons)) or 'nobody is trusted'})"]
