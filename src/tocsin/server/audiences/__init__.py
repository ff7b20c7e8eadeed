"""What each audience is shown beside the picture: the desk for staff, and what everybody may know."""
