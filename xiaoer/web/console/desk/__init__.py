"""The desk: where staff see who waits, take conversations over, answer, and hand back."""
