"""Who may do what: people, roles, sessions, and the checks that every request passes."""
