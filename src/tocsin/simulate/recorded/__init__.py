"""Half-real nights: flights that really were, seen by simulated sensors over a grid of places that nobody protects."""
