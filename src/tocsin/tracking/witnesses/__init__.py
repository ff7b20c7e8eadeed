"""Which sensors lately made a track: what an alert rests on."""
