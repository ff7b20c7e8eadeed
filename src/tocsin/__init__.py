"""Open air surveillance and early warning."""
