"""Moves bytes and knows no format: captures, files, directories, UDP and TCP. Live ones get their clock handed in."""
