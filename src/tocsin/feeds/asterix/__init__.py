"""ASTERIX, the language of radars: CAT010, 021, 034, 048, 062 and 065 (EUROCONTROL-SPEC-0149).

    decoder     octets -> Scan                     tables/    one file per category: every item, as data
    inspector   octets -> every field, for people  kernels/   the compiled reader of the same tables
"""
