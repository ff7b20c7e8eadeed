"""Kernels of sound: what is heard of a moving source, which is always of the past."""
