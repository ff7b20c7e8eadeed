"""Kernels that judge what detections say of who they are."""
