"""Rows of a Scan as columns: what all of them say alike is said once."""
