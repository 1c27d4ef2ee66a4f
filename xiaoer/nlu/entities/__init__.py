"""What is named in a message: a file per family, each a function from the normalised text to entities."""
