"""What the shop sells and what became of it: products, orders, parcels, payments, refunds and after-sales cases."""
