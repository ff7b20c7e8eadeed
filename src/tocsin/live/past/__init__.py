"""Finding one's way in the past: what happened next, and what is known of it now."""
