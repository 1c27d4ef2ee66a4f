"""What can be reasoned from products: the best of a kind, those that fit, counts, conversions, sizes. Pure: no store, no clock."""
