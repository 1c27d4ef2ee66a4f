"""The loop a shop lives in: lines are queued and labelled, a model is trained, compared, published and rolled back."""
