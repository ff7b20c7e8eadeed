"""Do forecasts mean what they say? Of flights whose laws the forecast has never seen, and of recorded ones."""
