"""The threshold bench: a night warned of by each rule of a grid, so that missed, false and lead can be weighed.

A rule turns what a system showed into a table of alerts; nothing else here knows how. Another rule is another `kind`.
"""
