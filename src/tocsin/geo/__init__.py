"""The earth: frames, distances, areas, the horizon and units. Radians and metres; degrees only at the edge."""
