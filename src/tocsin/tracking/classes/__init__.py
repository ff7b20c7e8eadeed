"""What a track probably is: learnt from how it moves and from what sensors call it."""
