"""The records' engine: one writer and many readers on SQLite, or PostgreSQL by URL; statements bound to one shop."""
