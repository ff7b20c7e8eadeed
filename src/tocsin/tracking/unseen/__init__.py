"""What nobody has detected: a field over the site's region, thinned where sensors really looked, and what it says."""
