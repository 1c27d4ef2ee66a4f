"""The after-sales policy as clauses, and the verdict over a request: pure, no clock, no database."""
