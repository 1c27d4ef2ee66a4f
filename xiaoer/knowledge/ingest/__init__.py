"""How knowledge comes in from files and pages: read into pieces, compared with what came from there before, stored, undone."""
