"""Nights that were warned of, by one rule file or by many at once, set against what could be known."""
