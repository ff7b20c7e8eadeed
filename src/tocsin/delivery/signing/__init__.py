"""Signed documents: XML-DSig (W3C, 2008) enveloped, ECDSA P-256 with SHA-256, exclusive canonical form.

A key is bound to one status: what an exercise key signed is an exercise, and nobody who verifies takes it for more.
The signed bytes are stored before they are sent and never signed again: ECDSA gives another signature each time.
"""

from tocsin.delivery.signing.keys import STATUSES, Key, fingerprint, load, new, paths
from tocsin.delivery.signing.others import certificates, others_faults
from tocsin.delivery.signing.seal import sign
from tocsin.delivery.signing.trust import Trusted, read, trusting
from tocsin.delivery.signing.verify import faults

__all__ = [
    "STATUSES",
    "Key",
    "Trusted",
    "certificates",
    "faults",
    "fingerprint",
    "load",
    "new",
    "others_faults",
    "paths",
    "read",
    "sign",
    "trusting",
]
