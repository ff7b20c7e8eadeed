"""Sensors that move: where each of them is when it looks, and its detections as places of their own."""
