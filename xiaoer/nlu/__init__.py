"""Reading a customer's words: intents with calibrated probabilities, entities with character spans, language and mood."""
