"""How each slot is filled: from a button, the words, the focus or the records; otherwise what to ask."""
