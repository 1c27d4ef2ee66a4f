"""Who reads words into an Understanding."""
