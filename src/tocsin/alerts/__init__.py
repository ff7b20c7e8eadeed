"""Forecast and Health in, Alert out: what to tell whom about one place. The unit is the place, never the track.

stages   quiet -> watch -> warning -> under way -> all clear -> quiet: one table
release  what is said of each place event, to whom, by whose word
wording  the words, in each language
cap      CAP documents out, other authorities' in
"""
