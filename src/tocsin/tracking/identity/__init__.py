"""Identity as evidence: what cannot be is refused as data, with its reason, before rows reach the filter."""

from tocsin.tracking.identity.book import Identities

__all__ = ["Identities"]
