"""Nights made of recorded flights: how often places would have been alerted for nothing."""
