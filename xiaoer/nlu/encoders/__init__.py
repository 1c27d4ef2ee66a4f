"""Sentence encoders that a shop brought: a folder in, vectors out. What computes them comes with the extra [encoder]."""
