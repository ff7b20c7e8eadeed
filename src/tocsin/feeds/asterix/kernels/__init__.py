"""Compiled readers of the tables: numbers only. Every access is bounded by the end that was handed in."""
