"""Kernels of rivals: components that claim the same past detection."""
