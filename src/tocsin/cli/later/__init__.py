"""A live system's night scored against what became known later: `tocsin score --ledger`."""
