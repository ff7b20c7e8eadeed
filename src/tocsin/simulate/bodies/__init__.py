"""What flies: the limits and signatures of each kind, and how what is thrown falls."""
