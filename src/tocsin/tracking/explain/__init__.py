"""Which detections made a track, how surely each was its own, and what near it was refused."""
