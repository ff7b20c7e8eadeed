"""ASTERIX, the language of radars: CAT010, 021, 034, 048, 062 and 065 (EUROCONTROL-SPEC-0149).

decoder: octets -> Scan. inspector: octets -> every field, for people. tables/: one file per category, every item as
data. kernels/: the compiled reader of the same tables.
"""

from tocsin.feeds.asterix.decoder import Asterix

__all__ = ["Asterix"]
