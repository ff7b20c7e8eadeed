"""What records say of targets: from columns of integers to the columns of a Scan."""
