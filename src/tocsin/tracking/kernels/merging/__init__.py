"""Several components that are one."""
