"""The shop's own knowledge: articles, the passages found in them, and whether they answer a question."""
