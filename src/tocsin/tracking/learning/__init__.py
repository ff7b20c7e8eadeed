"""What the tracker learns of its sensors while it works: clutter, detection probability, offsets, trust."""
