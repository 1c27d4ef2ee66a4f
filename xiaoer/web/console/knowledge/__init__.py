"""The console's pages on the knowledge: the list, an article with its drafts and history, and bringing knowledge in."""
