"""Grids that the screen draws below everything: the relief of the ground."""
