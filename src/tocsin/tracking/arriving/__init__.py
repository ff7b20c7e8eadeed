"""What arrives: several Scans taken in at once, as one after the other."""
