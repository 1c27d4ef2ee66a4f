"""The page Training: what customers said is labelled, a model is trained, compared, published and rolled back."""
