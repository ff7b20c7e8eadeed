"""Every exception that tocsin raises on purpose. Each message says what came, what was expected and what to do next.

TocsinError
├── SiteError          a site, sensors or model file that cannot be used (exit code 2)
├── InputError         a recording, table or stream that cannot be read at all (single bad records are Refusals)
├── LedgerError        the evidence store
│   ├── BrokenChain    an entry that does not follow from the one before it
│   ├── NewerLedger    written by a newer tocsin; names the version to install
│   └── LedgerFull     the disk has no room; the reserve is kept for decisions
├── StateError         a dump that this version cannot load
├── OrderRefused       an order that may not be carried out
├── DocumentRefused    a statement that may not become a document, or a document that may not be signed
├── SettingError       a value out of its bounds
└── NotDelivered       a channel could not bring a statement to its receiver
"""


class TocsinError(Exception):
    """The root: everything below is meant to be read by a person."""


class SiteError(TocsinError):
    """A site, sensors or model file that cannot be used."""


class InputError(TocsinError):
    """A recording, table or stream that cannot be read at all."""


class LedgerError(TocsinError):
    """The evidence store cannot do what was asked."""


class BrokenChain(LedgerError):
    """An entry that does not follow from the one before it."""


class NewerLedger(LedgerError):
    """A ledger written by a newer tocsin."""


class LedgerFull(LedgerError):
    """The disk has no room for inputs; what is left is kept for decisions."""


class StateError(TocsinError):
    """A dump that this version cannot load."""


class OrderRefused(TocsinError):
    """An order that may not be carried out."""


class DocumentRefused(TocsinError):
    """A statement that may not become a document, or a document that may not be signed."""


class SettingError(TocsinError):
    """A value out of its bounds."""


class NotDelivered(TocsinError):
    """A channel could not bring a statement to its receiver.

    `perhaps`: it may have been accepted all the same (the answer is missing): the next attempt asks first where the
    receiver can be asked. `refused`: the receiver answered that it does not want it; asking again soon is no use.
    """

    def __init__(self, message: str, *, perhaps: bool = False, refused: bool = False) -> None:
        super().__init__(message)
        self.perhaps = perhaps
        self.refused = refused
