"""How a whole shop comes in from another system's file, and goes out as one: a folder for each format."""
