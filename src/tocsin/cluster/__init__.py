"""Many nights at once: the same runs on one core, on all of them, or on a Ray cluster; what is done is never lost."""
