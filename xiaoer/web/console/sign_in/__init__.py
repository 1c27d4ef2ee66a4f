"""How staff come in and go out, and in which language they read."""
