"""Bytes in, Scan out: one file per format. `transport` moves bytes and knows no format; `table` names the formats."""
