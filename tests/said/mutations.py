"""Signed documents, changed: bits, bytes, elements moved, wrapped, references changed, twins that sign alike.

python -m tests.said.mutations 100000                         judged by tocsin: each must be refused
python -m tests.said.mutations 100000 --xmlsec PYTHON         and by libxmlsec1, in a Python that has `xmlsec`
"""

import base64
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tests.said.statements import ALL, ISSUER, PLACE, key
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.document import document
from tocsin.delivery import signing
from tocsin.delivery.signing.seal import ORDER

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
Mutation = Callable[[bytes, Random], bytes]


def bit(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def byte(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    changed[random.randrange(len(data))] = random.randrange(256)
    return bytes(changed)


def lost(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + data[at + random.randint(1, 8) :]


def added(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice((b" ", b"\n", b"\t", b"\0", b"1", b"<!---->", b"<?a?>", b"&#32;")) + data[at:]


def swapped(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) - 1)
    return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def digit(data: bytes, random: Random) -> bytes:
    """A place, a time, a chance: one digit is another."""
    found = random.choice(list(re.finditer(rb"[0-9]", data[: data.index(b"<ds:Signature")])))
    other = random.choice([one for one in b"0123456789" if one != found.group()[0]])
    return data[: found.start()] + bytes([other]) + data[found.end() :]


def word(data: bytes, random: Random) -> bytes:
    """What a liar would write."""
    pairs = [
        (b"<status>Actual", b"<status>Exercise"),
        (b"<status>Test", b"<status>Actual"),
        (b"<status>Exercise", b"<status>Actual"),
        (b"<msgType>Alert", b"<msgType>Cancel"),
        (b"<msgType>Update", b"<msgType>Alert"),
        (b"<scope>Restricted", b"<scope>Public"),
        (b"<scope>Private", b"<scope>Public"),
        (b"Shelter", b"AllClear"),
        (b"<urgency>Immediate", b"<urgency>Past"),
        (b"<urgency>Past", b"<urgency>Immediate"),
        (b"46.4", b"47.4"),
        (b"harbour", b"capital"),
        (b"-00:00", b"+00:00"),
    ]
    before, after = random.choice([pair for pair in pairs if pair[0] in data])
    return data.replace(before, after)


def _elements(root: etree._Element) -> list[etree._Element]:
    return [one for one in root.iter() if one is not root and isinstance(one.tag, str)]


def moved(data: bytes, random: Random) -> bytes:
    """An element stands elsewhere, twice, or not at all."""
    root = etree.fromstring(data)
    elements = _elements(root)
    one = random.choice(elements)
    other = random.choice([element for element in (root, *elements) if element not in (one, *one.iterdescendants())])
    match random.randrange(4):
        case 0:
            other.insert(random.randint(0, len(other)), one)
        case 1:
            other.insert(random.randint(0, len(other)), deepcopy(one))
        case 2:
            one.getparent().remove(one)
        case _:
            one.addprevious(deepcopy(one))
    return bytes(etree.tostring(root, encoding="UTF-8"))


def wrapped(data: bytes, random: Random) -> bytes:
    """Another alert is read, and the signed one lies where only the signature looks."""
    root = etree.fromstring(data)
    forged = deepcopy(root)
    forged.find(f"{CAP}identifier").text = "forged"
    signature = forged.find(f"{DS}Signature")
    match random.randrange(7):
        case 0:  # the original inside the forged one's signature
            etree.SubElement(signature, f"{DS}Object").append(root)
        case 1:  # inside an element that no reader knows
            forged.insert(0, root)
            forged.remove(signature)
        case 2:  # the signature of the original, on the forged one
            forged.replace(signature, deepcopy(root.find(f"{DS}Signature")))
        case 3:  # by reference to an id
            root.set("Id", "whole")
            signature.find(f".//{DS}Reference").set("URI", "#whole")
            etree.SubElement(signature, f"{DS}Object").append(root)
        case 4:  # two roots in one
            whole = etree.Element("alerts")
            whole.extend((forged, root))
            forged = whole
        case 5:  # two signatures
            forged.append(deepcopy(signature))
        case _:  # a second block of words after the signature
            forged = root
            forged.append(deepcopy(root.find(f"{CAP}info")))
    return bytes(etree.tostring(forged, encoding="UTF-8"))


def referred(data: bytes, random: Random) -> bytes:
    """What the signature covers, and how, is another."""
    pairs = [
        (b'URI=""', b'URI="#x"'),
        (b'URI=""', b""),
        (b'URI=""', b'URI="#xpointer(/)"'),
        (b"xmlenc#sha256", b"xmlenc#sha512"),
        (b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1"),
        (b"ecdsa-sha256", b"ecdsa-sha512"),
        (b"ecdsa-sha256", b"hmac-sha256"),
        (b"ecdsa-sha256", b"rsa-sha256"),
        (b"2001/10/xml-exc-c14n#", b"2006/12/xml-c14n11"),
        (b"#enveloped-signature", b"#base64"),
        (b"<ds:Transform ", b'<ds:Transform a="b" '),
        (b"</ds:Transforms>", b"<ds:Transform/></ds:Transforms>"),
        (b"</ds:SignedInfo>", b"<ds:Reference URI=''/></ds:SignedInfo>"),
        (b"<ds:KeyInfo>", b"<ds:KeyInfo><ds:KeyName>x</ds:KeyName>"),
    ]
    before, after = random.choice(pairs)
    return data.replace(before, after, random.choice((1, -1)))


def twin(data: bytes, random: Random) -> bytes:
    """The same to XML-DSig, and not the same document."""
    before = data.index(b"<ds:Signature")
    spots = [found.start() for found in re.finditer(rb">[^<>]+<", data[:before])]
    at = random.choice(spots) + 1
    value = re.search(rb"<ds:SignatureValue>([^<]*)<", data)
    certificate = re.search(rb"<ds:X509Certificate>([^<]*)<", data)
    assert value is not None
    assert certificate is not None
    raw = base64.b64decode(value[1])
    s = int.from_bytes(raw[32:], "big")
    high = base64.b64encode(raw[:32] + (ORDER - s).to_bytes(32, "big"))
    letter = data[at : at + 1]
    return random.choice(
        [
            b'<?xml version="1.0" encoding="UTF-8"?>' + data,
            b"\xef\xbb\xbf" + data,
            data + b"\n",
            data + b"<!-- -->",
            b"<!-- -->" + data,
            data.replace(b"<alert xmlns=", b"<alert  xmlns=", 1),
            data.replace(b"<alert xmlns=", b'<alert xmlns:x="y" xmlns=', 1),
            data.replace(b'"urn:oasis:names:tc:emergency:cap:1.2"', b"'urn:oasis:names:tc:emergency:cap:1.2'", 1),
            data.replace(b"</alert>", b"</alert >"),
            data[:at] + b"<!-- -->" + data[at:],
            data[:at] + b"<?x?>" + data[at:],
            data[:at] + (b"&#%d;" % letter[0]) + data[at + 1 :] if letter < b"\x80" and letter != b"&" else data + b" ",
            data[:at] + b"<![CDATA[" + letter + b"]]>" + data[at + 1 :] if letter not in b"&" else data + b"\t",
            data.replace(value[1], high),
            data.replace(value[1], value[1][:40] + b"\n" + value[1][40:]),
            data.replace(certificate[1], certificate[1][:64] + b"\n" + certificate[1][64:]),
            data.replace(b"<ds:KeyInfo>", b"<ds:KeyInfo> "),
            data.replace(b"ds:", b"d:").replace(b"xmlns:ds=", b"xmlns:d="),
            data.decode().encode("utf-16"),
        ]
    )


def stranger(data: bytes, random: Random) -> bytes:
    """A good signature by somebody else, or by a key for another status."""
    root = etree.fromstring(data)
    root.remove(root.find(f"{DS}Signature"))
    status = root.findtext(f"{CAP}status")
    name, of = random.choice((("stranger", status), ("region", random.choice([x for x in STATUSES if x != status]))))
    root.find(f"{CAP}status").text = of
    body = etree.tostring(root, encoding="UTF-8")
    signed = signing.sign(body, key(of, name))
    return signed.replace(f"<status>{of}<".encode(), f"<status>{status}<".encode()) if name == "region" else signed


STATUSES = signing.STATUSES
KINDS: tuple[tuple[Mutation, int], ...] = (
    (bit, 30),
    (byte, 20),
    (lost, 8),
    (added, 8),
    (swapped, 4),
    (digit, 8),
    (word, 3),
    (moved, 6),
    (wrapped, 5),
    (referred, 3),
    (twin, 4),
    (stranger, 1),
)


def originals() -> list[bytes]:
    """Every kind of statement, signed."""
    languages = [wording.shipped(language) for language in wording.LANGUAGES]
    made = (document(one, PLACE, ISSUER, profile.shipped(), languages) for one in ALL.values())
    return [signing.sign(one.data, key(one.status)) for one in made]


def mutations(count: int, seed: int) -> Iterator[tuple[str, bytes, bytes]]:
    """(kind, the original, the changed one), `count` times; each differs from its original."""
    random, documents = Random(seed), originals()  # noqa: S311  it has a seed, and guards nothing
    kinds, weights = zip(*KINDS, strict=True)
    for _ in range(count):
        original = random.choice(documents)
        kind = random.choices(kinds, weights)[0]
        changed = kind(original, random)
        while changed == original:
            changed = kind(original, random)
        yield kind.__name__, original, changed


def trusted() -> tuple[signing.Trusted, ...]:
    return signing.trusting(*(key(status) for status in STATUSES))


def canonical(data: bytes) -> bytes:
    """What the signature covers of a document, in its canonical form; b"" where it is no XML."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return b""
    signature = next(root.iter(f"{DS}Signature"), None)  # wherever it was moved: it covers all but itself
    if signature is not None and signature is not root:
        signature.getparent().remove(signature)
    return bytes(etree.tostring(root, method="c14n", exclusive=True, with_comments=False))


# Run by a Python that has `xmlsec`: certificates, then documents by their length; prints 1 where one is taken.
OTHER = """
import sys, xmlsec, json
from lxml import etree
manager = xmlsec.KeysManager()
for pem in json.loads(sys.stdin.buffer.readline()):
    manager.load_cert_from_memory(pem.encode(), xmlsec.constants.KeyDataFormatPem, xmlsec.constants.KeyDataTypeTrusted)
while (size := sys.stdin.buffer.readline().strip()):
    data = sys.stdin.buffer.read(int(size))
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        node = xmlsec.tree.find_node(root, 'Signature', 'http://www.w3.org/2000/09/xmldsig#')
        xmlsec.SignatureContext(manager).verify(node)
        answer = b'1'
    except Exception:
        answer = b'0'
    sys.stdout.buffer.write(answer); sys.stdout.buffer.flush()
"""


class Other:
    """Another verifier, in a process of its own."""

    def __init__(self, python: str) -> None:
        pems = [one.certificate.public_bytes(Encoding.PEM).decode() for one in trusted()]
        self.process = subprocess.Popen([python, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._write(json.dumps(pems).encode() + b"\n")

    def takes(self, data: bytes) -> bool:
        self._write(b"%d\n" % len(data) + data)
        assert self.process.stdout is not None
        return self.process.stdout.read(1) == b"1"

    def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()


def main(count: int, python: str = "", seed: int = 1) -> int:
    """Refuse `count` mutations; tell what was not refused, by kind."""
    taken, tried, others, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    judge = trusted()
    other = Other(python) if python else None
    for one in originals():
        assert signing.faults(one, judge) == []
        assert other is None or other.takes(one)
    began = time.process_time()
    for kind, original, changed in mutations(count, seed):
        tried[kind] += 1
        taken[kind] += not signing.faults(changed, judge)
        if other is not None and other.takes(changed):
            others[kind] += 1
            wrong[kind] += canonical(changed) != canonical(original)
    for kind, number in sorted(tried.items()):
        more = f", by libxmlsec1 {others[kind]} ({wrong[kind]} of them say another thing)" if python else ""
        print(f"{kind:10}{number:8} tried, {taken[kind]} taken{more}")
    seconds = time.process_time() - began
    print(f"{count} mutations, {sum(taken.values())} taken, {seconds:.0f} s of CPU, seed {seed}")
    return 1 if sum(taken.values()) or sum(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[3] if "--xmlsec" in sys.argv else ""))
