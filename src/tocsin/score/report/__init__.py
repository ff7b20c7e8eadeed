"""One page per run that works offline: plots drawn here as SVG, no script, light and dark, printable; and its JSON."""
