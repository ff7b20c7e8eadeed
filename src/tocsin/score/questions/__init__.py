"""What an investigator asks of a night, answered from what was shown and set beside what flew."""
