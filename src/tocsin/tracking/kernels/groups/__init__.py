"""Kernels for targets that a sensor cannot tell apart."""
