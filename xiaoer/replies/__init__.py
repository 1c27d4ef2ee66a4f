"""A decision and the facts behind it become words and cards, in the customer's language."""
