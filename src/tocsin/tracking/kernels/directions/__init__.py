"""Kernels of directions: what is heard of a moving source, how far a station hears, births where bearings cross."""
