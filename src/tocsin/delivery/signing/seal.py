"""Sign a document: enveloped, at the end of the alert, where CAP 1.2 has room for it."""

import base64

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from tocsin.delivery.signing.keys import Key
from tocsin.errors import DocumentRefused

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
BYTES_MAX = 1_000_000
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)


def sign(document: bytes, key: Key) -> bytes:
    """The document with its signature inside. Raises DocumentRefused where the key is not for its status."""
    root = parse(document)
    status = root.findtext(f"{CAP}status") or ""
    if status != key.status:
        raise DocumentRefused(f"a document of status {status!r} may not be signed by the key for {key.status!r}")
    if root.find(f".//{DS}Signature") is not None:
        raise DocumentRefused("this document is signed; what was signed once is never signed again")
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(root, key=key.private, cert=[key.certificate])
    value = signed.find(f"{DS}Signature/{DS}SignatureValue")
    certificate = signed.find(f"{DS}Signature/{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    value.text = base64.b64encode(_low(base64.b64decode(value.text))).decode()
    certificate.text = base64.b64encode(key.certificate.public_bytes(Encoding.DER)).decode()
    data: bytes = etree.tostring(signed, encoding="UTF-8", xml_declaration=False)
    return data


def parse(data: bytes) -> etree._Element:
    """The root of a document; nothing outside it is reached. Raises DocumentRefused."""
    if len(data) > BYTES_MAX:
        raise DocumentRefused(f"{len(data)} bytes, {BYTES_MAX} at most")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise DocumentRefused(f"no XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentRefused("it brings a document type (DTD), which no CAP document needs")
    return root


def _low(raw: bytes) -> bytes:
    """(r, s) with the smaller of s and order - s: both are right, so only one may count as the signature."""
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")
