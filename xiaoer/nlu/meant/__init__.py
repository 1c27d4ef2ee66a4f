"""What a message says of orders and goods: which are meant, and what is wanted instead."""
