"""What comes late is worked in at its place: from a snapshot before it, everything since is worked again."""
