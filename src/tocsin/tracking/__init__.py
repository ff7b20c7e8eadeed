"""Scan in, Picture and Health out: the tracker, and who looked where."""
