"""`tocsin simulate --half-real`: recordings become the flights of a night."""
