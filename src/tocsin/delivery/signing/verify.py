"""Is a signed document ours, whole, and what it claims to be? Stricter than XML-DSig: one document has one form.

XML can be written in many ways that sign alike: other white space, comments, prefixes, the second root of an ECDSA
signature, base64 with loose bits. Whoever compares documents by their bytes, or reads them with a laxer parser, is
fooled by such twins. So here any other byte is another document, and is refused.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tocsin.delivery.signing.keys import fingerprint, status_of
from tocsin.delivery.signing.seal import CAP, DS, ORDER, parse
from tocsin.delivery.signing.trust import Trusted
from tocsin.errors import DocumentRefused

_B64 = rb"([A-Za-z0-9+/]+={0,2})"
_W3 = rb"http://www\.w3\.org/"
# The end of every document of ours, byte for byte but for three values.
_FORM = re.compile(
    rb'<alert xmlns="urn:oasis:names:tc:emergency:cap:1\.2">.*'
    rb'<ds:Signature xmlns:ds="' + _W3 + rb'2000/09/xmldsig#"><ds:SignedInfo>'
    rb'<ds:CanonicalizationMethod Algorithm="' + _W3 + rb'2001/10/xml-exc-c14n#"/>'
    rb'<ds:SignatureMethod Algorithm="' + _W3 + rb'2001/04/xmldsig-more#ecdsa-sha256"/>'
    rb'<ds:Reference URI=""><ds:Transforms>'
    rb'<ds:Transform Algorithm="' + _W3 + rb'2000/09/xmldsig#enveloped-signature"/>'
    rb'<ds:Transform Algorithm="' + _W3 + rb'2001/10/xml-exc-c14n#"/></ds:Transforms>'
    rb'<ds:DigestMethod Algorithm="' + _W3 + rb'2001/04/xmlenc#sha256"/>'
    rb"<ds:DigestValue>" + _B64 + rb"</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    rb"<ds:SignatureValue>" + _B64 + rb"</ds:SignatureValue>"
    rb"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + _B64 + rb"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    rb"</ds:Signature></alert>",
    re.DOTALL,
)
_EXPECTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)


def faults(signed: bytes, trusted: Sequence[Trusted]) -> list[str]:
    """Why this document does not count; nothing where it does. `trusted`: whose signatures count, for what and when."""
    try:
        value, der = _form(signed)
        one = _trusted(der, trusted)
        _low(value)
        told = _verified(signed, one.certificate)
    except DocumentRefused as error:
        return [str(error)]
    return _claims(told, one)


def _form(signed: bytes) -> tuple[bytes, bytes]:
    """Signature and certificate of a document that is written in the one form that ours have."""
    found = _FORM.fullmatch(signed)
    if found is None or signed.count(b"<ds:Signature ") != 1:
        raise DocumentRefused("it does not end with one signature in the form that ours have")
    values = []
    for text in found.groups():
        try:
            raw = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise DocumentRefused(f"a value of the signature is no base64: {error}") from error
        if base64.b64encode(raw) != text:
            raise DocumentRefused("a value of the signature has loose bits at its end")
        values.append(raw)
    root = parse(signed)
    if etree.tostring(root, encoding="UTF-8", xml_declaration=False) != signed:
        raise DocumentRefused("it is not written as ours are: another document could look like it")
    for node in root.iter():
        if not isinstance(node.tag, str):
            raise DocumentRefused("it holds a comment or an instruction, which no signature covers")
        if node.tag.startswith(CAP) and (node.attrib or node.nsmap != {None: CAP[1:-1]}):
            raise DocumentRefused("an element brings attributes or names of its own")
    return values[1], values[2]


def _low(raw: bytes) -> None:
    if len(raw) != 64 or int.from_bytes(raw[32:], "big") > ORDER // 2:
        raise DocumentRefused("the signature is not the smaller of its two forms")


def _trusted(der: bytes, trusted: Sequence[Trusted]) -> Trusted:
    for one in trusted:
        if one.certificate.public_bytes(Encoding.DER) == der:
            if one.revoked:
                raise DocumentRefused(f"key {fingerprint(one.certificate)[:16]} is revoked: nothing it signed counts")
            return one
    raise DocumentRefused("it is signed by nobody who is trusted here")


def _verified(signed: bytes, certificate: x509.Certificate) -> etree._Element:
    """What the signature covers, and nothing else: claims are read from it."""
    expected = replace(_EXPECTED, verification_time=certificate.not_valid_before_utc)  # times: see _claims
    try:
        result = XMLVerifier().verify(parse(signed), x509_cert=certificate, expect_config=expected)
    except (SignXMLException, ValueError, etree.LxmlError) as error:
        raise DocumentRefused(f"the signature does not fit: {type(error).__name__}") from error
    told = result.signed_xml if not isinstance(result, list) else None
    if told is None or told.tag != f"{CAP}alert" or told.find(f".//{DS}Signature") is not None:
        raise DocumentRefused("the signature covers something else than the alert")
    return told


def _claims(told: etree._Element, one: Trusted) -> list[str]:
    status, sent = told.findtext(f"{CAP}status") or "", told.findtext(f"{CAP}sent") or ""
    found = []
    if status != one.status or status_of(one.certificate) not in ("", status):
        found.append(f"status {status!r} is signed by a key for {one.status!r}")
    try:
        moment = datetime.fromisoformat(sent)
    except ValueError:
        return [*found, f"sent = {sent!r} is no time"]
    first = max(one.since, one.certificate.not_valid_before_utc)
    last = min(one.until, one.certificate.not_valid_after_utc)
    if moment.tzinfo is None or not first <= moment <= last:
        found.append(f"it was sent at {sent}, its key counts from {first.isoformat()} until {last.isoformat()}")
    return found
