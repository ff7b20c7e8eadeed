"""What flies: its kinds and limits, its routes, its motion, and where it is at any time."""
