"""Flight: routes of individuals, their motion along them, and where everything is at any time."""
