"""The decision, pure: events and a state go in, a new state and one effect come out."""
