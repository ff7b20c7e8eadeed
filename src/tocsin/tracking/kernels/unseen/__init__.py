"""Reading the field of the unseen, and giving mass back to it, from compiled code."""
