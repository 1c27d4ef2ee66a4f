"""The store of τ²-bench's retail domain (db.json): read into a shop's records and written from them, without loss."""
