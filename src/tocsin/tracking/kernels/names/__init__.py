"""Kernels of names: who goes by which number."""
