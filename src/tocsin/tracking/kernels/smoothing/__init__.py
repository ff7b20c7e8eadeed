"""Kernels of smoothing: what components were after each look, and the way back through it."""
