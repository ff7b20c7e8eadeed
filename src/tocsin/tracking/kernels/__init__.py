"""Compiled parts of the tracker: numbers in, numbers out. Each has a slow textbook twin under tests/reference/."""
