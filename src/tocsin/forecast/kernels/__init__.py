"""Compiled parts of the forecast: numbers in, numbers out."""
