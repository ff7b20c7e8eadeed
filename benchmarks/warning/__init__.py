"""How well places are warned, over the whole scenario library: `python -m benchmarks.warning`."""
