"""ASTERIX, the language of radars (EUROCONTROL-SPEC-0149)."""
