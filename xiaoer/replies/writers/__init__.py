"""Who puts facts into words."""
