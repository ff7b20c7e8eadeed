"""Tables as any system writes them (docs/reference/tables.md), from the bytes of a file to checked columns."""
