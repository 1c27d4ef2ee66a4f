"""The console's page on the after-sales policy: its clauses in words, a draft, what a change would change, and the versions."""
