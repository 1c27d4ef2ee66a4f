"""The console's pages on the care of the knowledge: gaps with their suggestions, and the lint."""
