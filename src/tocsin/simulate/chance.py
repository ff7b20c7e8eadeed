"""Streams of random numbers: one for each purpose, told apart by its name, all following from the night's seed."""

import zlib

import numpy as np


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The generator for one purpose. Two purposes share nothing; the same seed and purpose give the same numbers."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()),)))
