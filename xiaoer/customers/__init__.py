"""Who the shop talks to: customers and visitors, their addresses, and how their word is verified."""
