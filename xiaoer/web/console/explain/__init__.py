"""Explain: one turn of the assistant as a story, from what was said to what was written."""
