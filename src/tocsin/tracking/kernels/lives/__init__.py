"""How long components live, and when they are let go."""
